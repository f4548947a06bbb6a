/** Attacks that put honest pieces together wrongly. */

import type { RepositoryName } from '../../../../agent/core/trust/trusted.ts';
import type { ReleaseManifest } from '../../../../protocol/release.ts';
import { readTime, signTime } from '../../../../protocol/tuf/time-statement.ts';
import { assigned, DEVICE, manifest, NOW, World } from '../world.ts';
import {
  APP,
  answer,
  edition,
  NEXT,
  on,
  onBoth,
  refusal,
  settled,
  type Variant,
  versionOf,
} from './variant.ts';

const NONCE = 'ab'.repeat(8);

/** The file of edition 2 is replaced by that of edition 1, or by another of the same version. */
function swapped(
  world: World,
  at: RepositoryName,
  role: 'snapshot' | 'targets',
  how: 'old' | 'other',
): void {
  const name = (number: number) => `${versionOf(at, number)}.${role}.json`;
  edition(world, at, 2, {}, [NEXT]);
  const second = world.files[at].get('timestamp.json');
  const shot = world.files[at].get(`${versionOf(at, 2)}.snapshot.json`);
  if (how === 'old') {
    const old = world.files[at].get(name(1));
    if (old !== undefined) world.files[at].set(name(2), old);
    return;
  }
  edition(world, at, 2, {}, [manifest('app', '6.6.6')]);
  if (second !== undefined) world.files[at].set('timestamp.json', second);
  if (role === 'targets' && shot !== undefined) {
    world.files[at].set(`${versionOf(at, 2)}.snapshot.json`, shot);
  }
}

function disagreeing(change: Partial<ReleaseManifest['files'][number]>): World {
  const world = settled();
  const [file] = APP.files;
  if (file === undefined) throw new Error('no file');
  const other = { ...APP, files: [{ ...file, ...change }] };
  world.direct(2, { targets: assigned(NOW + 2, [other]) });
  return world;
}

const mix: readonly Variant[] = [
  ...(['snapshot', 'targets'] as const).flatMap((role) => [
    ...onBoth('mix-and-match', `the ${role} of an older edition`, (world, at) =>
      swapped(world, at, role, 'old'),
    ),
    ...onBoth('mix-and-match', `another ${role} of the same version`, (world, at) =>
      swapped(world, at, role, 'other'),
    ),
  ]),
  on('director', 'mix-and-match', 'the two repositories name different hashes', () =>
    answer(disagreeing({ sha256: 'ee'.repeat(32) })),
  ),
  on('director', 'mix-and-match', 'the two repositories name different lengths', () =>
    answer(disagreeing({ length: 5 })),
  ),
  on('director', 'mix-and-match', 'two versions of one package at once', () =>
    answer(new World().offer(1, APP, NEXT)),
  ),
];

const OTHER = 'press-2';

const replay: readonly Variant[] = [
  ...onBoth('replay', 'a whole edition for another device', (world, at) =>
    edition(world, at, 2, { device: OTHER }),
  ),
  ...onBoth(
    'replay',
    'an edition for another device, to a device that starts',
    (world, at) => edition(world, at, 2, { device: OTHER }),
    () => new World().offer(1, APP),
  ),
  ...onBoth('replay', 'a revoking edition for another device', (world, at) =>
    edition(world, at, 2, { device: OTHER, targets: {} }),
  ),
  ...onBoth('replay', 'a newer edition for a device whose name begins alike', (world, at) =>
    edition(world, at, 3, { device: `${DEVICE}0` }),
  ),
  on('director', 'replay', 'the decision for another device in metadata for this one', () => {
    const world = settled();
    world.direct(2, { targets: assigned(NOW + 2, [NEXT], OTHER) });
    return answer(world, 'director');
  }),
  on('director', 'replay', 'a time that was signed for another device', replayedTime),
];

/** A statement of the time, signed for another device. */
function replayedTime() {
  const world = settled();
  const keys = world.keys.director.timestamp;
  const statement = signTime({ device: OTHER, nonce: NONCE }, NOW, keys);
  const signers = {
    keyids: keys.map(({ keyid }) => keyid),
    threshold: 1,
    keys: new Map(keys.map((key) => [key.keyid, key])),
  };
  return refusal(readTime(statement, { device: DEVICE, nonce: NONCE }, signers));
}

export const mixingAttacks = [...mix, ...replay];
