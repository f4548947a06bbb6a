/** A tar archive in slots under one root, and one link that says which of them runs. */
import { object } from '../../protocol/config/schema.ts';
import { type InstallContext, type InstallJob, installer } from './installer.ts';
import { runHook } from './kit/hooks.ts';
import { keep, place, root, unit, user } from './kit/options.ts';
import { restartUnit } from './kit/restart.ts';
import { Slots, slotFolder } from './kit/slots.ts';

interface Options {
  readonly path: string;
  readonly unit: string;
  readonly keep: number;
  readonly root: boolean;
  readonly user: string;
}

type Job = InstallJob<Options>;

export const archive = installer<Options>({
  kind: 'archive',
  summary: 'unpacks an archive into a slot of its own and leads a link to it',
  schema: object('An archive in slots under one root.', {
    path: place('Folder of the package: `slots/` and the link `current` are in it.', ['/opt/web']),
    ...{ unit, keep, root, user },
  }),
  needsRoot: (options) => options.root,
  claims: ({ path, unit }) => [`path:${path}`, ...(unit === '' ? [] : [`unit:${unit}`])],
  unit: ({ unit }) => unit || undefined,
  folder: ({ path }, version) => slotFolder(path, version),
  place: ({ path }) => path,

  async install(job, context) {
    const slots = slotsOf(job, context);
    await slots.unpack(job.to);
    const hook = (name: 'beforeInstall' | 'afterInstall') =>
      runHook(name, slots.folder(job.to), job.options.user, job, context);
    // Both have the new slot to run from: programs of a release are in the release.
    await hook('beforeInstall');
    await hook('afterInstall');
  },

  async switch(job, context) {
    const slots = slotsOf(job, context);
    const folder = slots.folder(job.to);
    await runHook('beforeSwitch', folder, job.options.user, job, context);
    await slots.lead(job.to);
    await restartUnit(job.options.unit, context);
    await runHook('afterSwitch', folder, job.options.user, job, context);
  },

  async undo(job, context) {
    const slots = slotsOf(job, context);
    if (job.from === undefined) await slots.unlink();
    else {
      await slots.unpack(job.from);
      await slots.lead(job.from);
    }
    // Also when the link was right already: what runs may still be the new version.
    if (job.from !== undefined) await restartUnit(job.options.unit, context);
  },

  discard: (job, context) => slotsOf(job, context).remove(job.to),

  keep: (job, context) => slotsOf(job, context).prune(job.options.keep, [job.to, job.from]),

  async present({ to, options }, { disk }) {
    const slots = new Slots(options.path, disk);
    const slot = await slots.current();
    const isRunning = (await slots.isCurrent(to)) && (await disk.exists(slots.folder(to)));
    return { isRunning, slot: slot ?? '' };
  },
});

function slotsOf({ options }: Job, { disk }: InstallContext): Slots {
  return new Slots(options.path, disk);
}
