/** A file or folder that must be there or must not, be fresh, have its size, or grow. */
import { resolve } from 'node:path';
import {
  choice,
  duration,
  flag,
  type Infer,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import { formatDuration } from '../../protocol/config/units.ts';
import type { Host } from '../ports.ts';
import { type CheckContext, check } from './check.ts';
import { above, bytes, levelProblems, type Part, sizeLevels, together } from './parse/levels.ts';

const span = (description: string) =>
  duration(description, { min: '1s', max: '365d', remote: true });

const schema = object('Looks at a file or folder.', {
  path: text('Its path; a relative one starts at the folder of the configuration.'),
  exists: flag('Whether it must be there.', { default: true }),
  kind: optional(choice('What it must be.', ['file', 'folder'])),
  age: optional(
    object('Time since it was changed is at or above.', {
      warning: optional(span('Warning.')),
      critical: optional(span('Critical.')),
    }),
  ),
  size: sizeLevels('It is as large as this or larger.'),
  minSize: optional(size('It has failed when it is smaller.', { remote: true })),
  growing: optional(span('It has failed when it did not grow for so long.')),
});

type Options = Infer<typeof schema>;

interface Grown {
  readonly bytes: number;
  /** Monotonic. */
  readonly at: number;
}

const MEMORY = 'grown';

export const fileCheck = check<Options>({
  kind: 'file',
  summary: 'a file or folder: there or not, its age, size, kind, and whether it grows',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 5,
  measuresTime: false,

  problems: (options) => [
    ...levelProblems('age', options.age, 'above'),
    ...levelProblems('size', options.size, 'above'),
    ...(options.exists
      ? []
      : (['kind', 'age', 'size', 'minSize', 'growing'] as const)
          .filter((key) => options[key] !== undefined)
          .map((key) => ({ key, message: 'means nothing for what must not be there' }))),
  ],

  async run(options, context) {
    const { host, folder, clock } = context;
    const path = resolve(folder, options.path);
    const found = await host.stat(path);
    if (found === undefined || !options.exists) {
      const text = `${path} is ${found === undefined ? 'not there' : 'there'}`;
      return { state: (found !== undefined) === options.exists ? 'ok' : 'critical', text };
    }
    const ageMs = Math.max(0, clock.wall() - found.modifiedMs);
    const finding = together(
      [
        ...(await kindPart(options, host, path)),
        {
          state: above(ageMs, options.age),
          text: `changed ${formatDuration(Math.round(ageMs / 1000) * 1000)} ago`,
        },
        ...sizeParts(options, found.bytes),
        ...growingPart(options, found.bytes, context),
      ],
      [
        { name: 'age', unit: 'seconds', value: Math.round(ageMs / 1000) },
        { name: 'size', unit: 'bytes', value: found.bytes },
      ],
    );
    return { ...finding, text: `${path}: ${finding.text}` };
  },
});

async function kindPart({ kind }: Options, host: Host, path: string): Promise<Part[]> {
  if (kind === undefined) return [];
  // Only a folder has an entry for itself.
  const isFolder = (await host.stat(`${path}/.`)) !== undefined;
  if (isFolder === (kind === 'folder')) return [];
  return [{ state: 'critical', text: `is ${isFolder ? 'a folder' : 'no folder'}, not a ${kind}` }];
}

function sizeParts({ size: levels, minSize }: Options, count: number): Part[] {
  const small = minSize !== undefined && count < minSize;
  const state = small ? 'critical' : above(count, levels);
  const text = small ? `${bytes(count)}, less than ${bytes(minSize)}` : bytes(count);
  return [{ state, text }];
}

/** What became smaller was begun anew (a log that was rotated), which is life as well. */
function growingPart({ growing }: Options, count: number, { memory, clock }: CheckContext): Part[] {
  if (growing === undefined) return [];
  const before = memory.get(MEMORY) as Grown | undefined;
  const now = clock.mono();
  if (before === undefined || before.bytes !== count) {
    memory.set(MEMORY, { bytes: count, at: now } satisfies Grown);
    return [];
  }
  const still = now - before.at;
  if (still < growing) return [];
  const since = formatDuration(Math.round(still / 1000) * 1000);
  return [{ state: 'critical', text: `did not grow for ${since}` }];
}
