/** Attacks with honest metadata of another time, or of versions that never were. */

import type { RepositoryName } from '../../../../agent/core/trust/trusted.ts';
import {
  snapshotDocument,
  timestampDocument,
} from '../../../../collector/core/releases/compose.ts';
import { assigned, DAY, NOW, put, rootBytes, signedBytes, type World } from '../world.ts';
import { answer, edition, NEXT, on, onBoth, settled, type Variant, versionOf } from './variant.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/** A timestamp of edition `number` that points at the snapshot `document`. */
function stampOver(
  world: World,
  at: RepositoryName,
  number: number,
  snapshot: { readonly version: number; readonly targets?: number },
): void {
  const keys = world.keys[at];
  const device = at === 'director' ? { device: world.self.device } : {};
  const head = { expires: NOW + 7 * DAY, ...device };
  const { version, targets } = snapshot;
  const meta =
    targets === undefined ? {} : { 'targets.json': { version: targets, bytes: Buffer.from('?') } };
  const shot = signedBytes(snapshotDocument({ ...head, version }, meta), keys.snapshot);
  put(world.files[at], `${version}.snapshot.json`, shot);
  const stamp = timestampDocument(
    { ...head, version: versionOf(at, number) },
    { version, bytes: shot },
  );
  put(world.files[at], 'timestamp.json', signedBytes(stamp, keys.timestamp));
}

const rollback: readonly Variant[] = [
  ...onBoth('rollback', 'the timestamp of before', (world, at) => {
    const old = world.files[at].get('timestamp.json');
    edition(world, at, 2);
    world.check();
    if (old !== undefined) world.files[at].set('timestamp.json', old);
  }),
  ...onBoth('rollback', 'a new timestamp over an old snapshot', (world, at) => {
    edition(world, at, 2);
    world.check();
    stampOver(world, at, 3, { version: versionOf(at, 1), targets: versionOf(at, 1) });
  }),
  ...onBoth('rollback', 'a new snapshot over old targets', (world, at) => {
    edition(world, at, 2);
    world.check();
    stampOver(world, at, 3, { version: versionOf(at, 3), targets: versionOf(at, 1) });
  }),
  ...onBoth('rollback', 'a new snapshot that has lost the targets', (world, at) => {
    stampOver(world, at, 2, { version: versionOf(at, 2) });
  }),
  ...onBoth('rollback', 'the first root again, as the second', (world, at) => {
    put(world.files[at], '2.root.json', rootBytes(world.keys[at]));
  }),
  on('director', 'rollback', 'a decision that is older than the one in force', () => {
    const world = settled();
    const installed = [
      { path: 'app/1.1.0/app.tar.gz', sha256: 'ff'.repeat(32), assignment: NOW + 9 },
    ];
    world.self = { ...world.self, installed };
    return answer(world, 'director');
  }),
];

const fastForward: readonly Variant[] = [
  ...onBoth('fast-forward', 'a timestamp of the highest version', (world, at) => {
    edition(world, at, 2, { version: MAX });
  }),
  ...onBoth('fast-forward', 'a snapshot of the highest version', (world, at) => {
    stampOver(world, at, 2, { version: MAX, targets: versionOf(at, 2) });
  }),
  ...onBoth('fast-forward', 'targets of the highest version', (world, at) => {
    stampOver(world, at, 2, { version: versionOf(at, 2), targets: MAX });
  }),
  ...onBoth('fast-forward', 'a root that leaves versions out', (world, at) => {
    put(world.files[at], '2.root.json', rootBytes(world.keys[at], { version: 9 }));
  }),
  on('director', 'fast-forward', 'a time far ahead of a clock that was set', () => {
    const world = settled();
    edition(world, 'director', 2, { signedAt: NOW + 400 * DAY, expires: NOW + 500 * DAY });
    return answer(world, 'director');
  }),
  on('director', 'fast-forward', 'a decision that is newer than its metadata', () => {
    const world = settled();
    edition(world, 'director', 2, { targets: assigned(NOW + 999, [NEXT]) });
    return answer(world, 'director');
  }),
];

const freeze: readonly Variant[] = [
  ...(['timestamp', 'snapshot', 'targets'] as const).flatMap((role) =>
    onBoth('freeze', `a ${role} that has expired`, (world, at) => {
      edition(world, at, 2, { expiresOf: { [role]: NOW - 1000 } });
    }),
  ),
  ...onBoth('freeze', 'a root that has expired', (world, at) => {
    const terms = { version: 2, expires: NOW - 1000 };
    put(world.files[at], '2.root.json', rootBytes(world.keys[at], terms));
  }),
  ...onBoth('freeze', 'the same files for ever', (world, at) => {
    world.clock = { wall: NOW + 8 * DAY, known: true };
    // The other repository goes on.
    const other = at === 'director' ? 'release' : 'director';
    edition(world, other, 2, { expires: NOW + 20 * DAY });
  }),
  ...onBoth('freeze', 'a clock that was set back, and old files', (world, at) => {
    world.state = { ...world.state, signedTime: NOW };
    world.clock = { wall: NOW - 30 * DAY, known: true };
    edition(world, at, 2, { expires: NOW - DAY, signedAt: NOW - 2 * DAY });
  }),
];

export const versionAttacks = [...rollback, ...fastForward, ...freeze];
