/** Space and inodes of the file system on which a path lies, and whether it can be written. */
import { resolve } from 'node:path';
import { flag, type Infer, object, text } from '../../protocol/config/schema.ts';
import type { StatFs } from '../ports.ts';
import { type CheckContext, check } from './check.ts';
import { mountAt } from './kit/mounts.ts';
import {
  above,
  below,
  bytes,
  levelProblems,
  type Part,
  percent,
  percentLevels,
  sizeLevels,
  together,
} from './parse/levels.ts';

const schema = object('Looks at the file system on which a path lies.', {
  path: text('A mount point or anything on it.', { default: '/' }),
  used: percentLevels('Space in use is at or above. Default, without free: 85 and 95.', {
    warning: 85,
    critical: 95,
  }),
  free: sizeLevels('Space that unprivileged programs can have is at or below.'),
  inodes: percentLevels('Inodes in use are at or above. Default: 90 and 97.', {
    warning: 90,
    critical: 97,
  }),
  writable: flag('It has failed when it is mounted read-only.', { default: true, remote: true }),
});

type Options = Infer<typeof schema>;

const DEFAULT_USED = { warning: 85, critical: 95 };
const AGAIN_MS = 200;
/** Share of the timeout. */
const PATIENCE = 0.8;
const DEFAULT_INODES = { warning: 90, critical: 97 };

export const diskCheck = check<Options>({
  kind: 'disk',
  summary: 'space and inodes of a file system, and whether it can be written',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 10,
  measuresTime: false,

  problems: ({ used, free, inodes }) => [
    ...levelProblems('used', used, 'above'),
    ...levelProblems('free', free, 'below'),
    ...levelProblems('inodes', inodes, 'above'),
  ],

  async run(options, context) {
    const { folder } = context;
    const path = resolve(folder, options.path);
    const answer = await space(path, context);
    if (answer === 'pending') return { state: 'critical', text: `${path}: does not answer` };
    const { sizeBytes, freeBytes, availBytes } = answer;
    const taken = sizeBytes - freeBytes;
    // As df counts: of what unprivileged programs can have.
    const used = taken + availBytes === 0 ? 0 : (taken / (taken + availBytes)) * 100;
    const byDefault = options.free === undefined ? DEFAULT_USED : undefined;
    const finding = together(
      [
        ...writing(options, context, path),
        { state: above(used, options.used ?? byDefault), text: `${percent(used)} used` },
        { state: below(availBytes, options.free), text: `${bytes(availBytes)} free` },
        ...inodes(options, answer),
      ],
      [
        { name: 'used', unit: 'ratio', value: used / 100 },
        { name: 'free', unit: 'bytes', value: availBytes },
      ],
    );
    return { ...finding, text: `${path}: ${finding.text}` };
  },
});

/**
 * Somebody else (a sampler, another check) may be asking the same mount at this moment, which looks
 * like one that hangs: only what lasts is told.
 */
async function space(path: string, context: CheckContext): Promise<StatFs | 'pending'> {
  const { host, clock, timeoutMs, ending } = context;
  const giveUp = clock.mono() + timeoutMs * PATIENCE;
  for (;;) {
    const answer = await host.statfs(path);
    if (answer !== 'pending' || clock.mono() >= giveUp || ending.isOver) return answer;
    await new Promise<void>((done) => void clock.after(AGAIN_MS, done));
  }
}

function writing({ writable }: Options, context: CheckContext, path: string): readonly Part[] {
  if (!writable) return [];
  const { mount, isFirst } = mountAt(path, context);
  const isReadOnly = mount?.superReadOnly === true || (isFirst && mount?.mountReadOnly === true);
  return isReadOnly
    ? [{ state: 'critical', text: `${mount?.mountPoint} (${mount?.type}) is read-only` }]
    : [];
}

/** Some file systems (btrfs, vfat) have no fixed number of inodes. */
function inodes({ inodes: levels = DEFAULT_INODES }: Options, answer: StatFs): readonly Part[] {
  const { files, filesFree } = answer;
  if (files === 0) return [];
  const used = ((files - filesFree) / files) * 100;
  const state = above(used, levels);
  return [{ state, text: state === 'ok' ? '' : `${percent(used)} of inodes used` }];
}
