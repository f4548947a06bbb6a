/** One file that takes the place of another, at one instant. */
import { posix } from 'node:path';
import { count, object } from '../../protocol/config/schema.ts';
import { UpdateError } from '../core/updates/codes.ts';
import { installer } from './installer.ts';
import { place, root, unit } from './kit/options.ts';
import { restartUnit } from './kit/restart.ts';

interface Options {
  readonly path: string;
  readonly mode: number;
  readonly unit: string;
  readonly root: boolean;
}

export const file = installer<Options>({
  kind: 'file',
  summary: 'puts one file in its place',
  schema: object('One file in its place.', {
    path: place('Where it is put.', ['/opt/web/rules.json']),
    mode: count('Its permissions, as a decimal number (420 is 0644, 493 is 0755).', {
      ...{ min: 0, max: 0o777, default: 0o644 },
    }),
    ...{ unit, root },
  }),
  needsRoot: (options) => options.root,
  claims: ({ path, unit }) => [`path:${path}`, ...(unit === '' ? [] : [`unit:${unit}`])],
  unit: ({ unit }) => unit || undefined,
  folder: () => undefined,
  place: ({ path }) => posix.dirname(path),

  async install({ to, options }, { disk }) {
    const { path, mode } = options;
    // A repeated install comes before any switch: what stands there is still what was there.
    if (await disk.exists(path)) await disk.copy(path, backup(path), undefined);
    else await disk.remove(backup(path));
    await disk.copy(to.path, draft(path), mode);
    if ((await disk.hash(draft(path))) !== to.file.sha256) {
      throw new UpdateError('bad-file', `${path} did not arrive as it was sent`);
    }
  },

  async switch(job, context) {
    const { disk } = context;
    const { path, mode } = job.options;
    if ((await disk.hash(path)) === job.to.file.sha256) await disk.settle(path);
    else {
      if (!(await disk.exists(draft(path)))) await disk.copy(job.to.path, draft(path), mode);
      await disk.rename(draft(path), path);
    }
    await restartUnit(job.options.unit, context);
  },

  async undo(job, context) {
    const { disk } = context;
    const { path, mode } = job.options;
    if (await disk.exists(backup(path))) await disk.copy(backup(path), path, undefined);
    else if (job.from !== undefined && (await disk.exists(job.from.path)))
      await disk.copy(job.from.path, path, mode);
    else if (job.from === undefined) await disk.remove(path);
    else throw new UpdateError('roll-back-failed', `the old ${path} is gone`);
    await restartUnit(job.options.unit, context);
  },

  async discard({ options: { path } }, { disk }) {
    await disk.remove(draft(path));
    await disk.remove(backup(path));
  },

  async keep({ options: { path } }, { disk }) {
    await disk.remove(draft(path));
    await disk.remove(backup(path));
  },

  async present({ to, options: { path } }, { disk }) {
    return { isRunning: (await disk.hash(path)) === to.file.sha256, slot: path };
  },
});

function draft(path: string): string {
  return posix.join(posix.dirname(path), `.${posix.basename(path)}.muster-next`);
}

function backup(path: string): string {
  return posix.join(posix.dirname(path), `.${posix.basename(path)}.muster-before`);
}
