/** Attacks of a server, a mirror or somebody on the way, who has no key at all. */

import { checkFetched } from '../../../../agent/core/trust/downloads.ts';
import { keepPace, startPace } from '../../../../agent/core/trust/pace.ts';
import { silence } from '../../../../agent/core/trust/silence.ts';
import type { Arrival, RepositoryName } from '../../../../agent/core/trust/trusted.ts';
import type { TopRole } from '../../../../protocol/tuf/metadata.ts';
import { DAY, hashOf, NOW, put, rootBytes, type World } from '../world.ts';
import {
  BOTH,
  edition,
  on,
  onBoth,
  planOf,
  refusal,
  settled,
  type Variant,
  versionOf,
} from './variant.ts';

const ROLES: readonly TopRole[] = ['root', 'timestamp', 'snapshot', 'targets'];

function fileOf(at: RepositoryName, role: TopRole, number: number): string {
  if (role === 'timestamp') return 'timestamp.json';
  return role === 'root' ? '2.root.json' : `${versionOf(at, number)}.${role}.json`;
}

/** A new edition of which one file arrives otherwise. */
function spoilt(world: World, at: RepositoryName, role: TopRole, arrival: Arrival): void {
  edition(world, at, 2);
  world.files[at].set(fileOf(at, role, 2), arrival);
}

const bytes = (text: string): Arrival => ({ kind: 'bytes', bytes: Buffer.from(text) });

/** How a transfer of one byte a second ends, by the watch that devices keep. */
function trickle(): Arrival {
  const terms = { bytesPerSecond: 1000, windowMs: 30_000 };
  let pace = startPace(0);
  for (let second = 1; second <= 3600; second += 1) {
    const next = keepPace(pace, second, second * 1000, terms);
    if (next === 'too-slow') return { kind: 'too-slow' };
    pace = next;
  }
  return bytes('it was let through');
}

const endless: readonly Variant[] = [
  ...(['timestamp', 'snapshot', 'targets'] as const).flatMap((role) =>
    onBoth('endless-data', `a ${role} that does not end`, (world, at) =>
      spoilt(world, at, role, bytes('x'.repeat(6 * 1024 * 1024))),
    ),
  ),
  ...onBoth('endless-data', 'a timestamp that is nested without end', (world, at) =>
    spoilt(world, at, 'timestamp', bytes('['.repeat(10_000))),
  ),
  ...onBoth('endless-data', 'roots without end', (world, at) => {
    for (let version = 2; version <= 300; version += 1) {
      put(world.files[at], `${version}.root.json`, rootBytes(world.keys[at], { version }));
    }
  }),
  on('release', 'endless-data', 'a file that goes on after its signed length', () => {
    const { installables } = planOf(settled());
    const [one] = installables;
    if (one === undefined) throw new Error('nothing is offered');
    return refusal(checkFetched(one, { kind: 'file', length: 1001, sha256: hashOf('x') }, []));
  }),
];

const slow: readonly Variant[] = ROLES.flatMap((role) =>
  onBoth('slow-retrieval', `a ${role} that trickles`, (world, at) =>
    spoilt(world, at, role, trickle()),
  ),
);

const dropped: readonly Variant[] = [
  ...ROLES.flatMap((role) =>
    onBoth('drop-request', `no answer to the request for the ${role}`, (world, at) =>
      spoilt(world, at, role, { kind: 'unanswered' }),
    ),
  ),
  ...BOTH.map((at) =>
    on(at, 'drop-request', 'no check goes through for a week', () =>
      silence({ lastGood: NOW, firstFailed: NOW + 1000 }, NOW + 7 * DAY, DAY),
    ),
  ),
];

const mirror: readonly Variant[] = [
  ...onBoth('malicious-mirror', 'a page for people instead of the timestamp', (world, at) =>
    spoilt(world, at, 'timestamp', bytes('<!doctype html><title>Sign in to this network</title>')),
  ),
  ...(['timestamp', 'snapshot', 'targets'] as const).flatMap((role) =>
    onBoth('malicious-mirror', `the ${role} is said not to exist`, (world, at) =>
      spoilt(world, at, role, { kind: 'absent' }),
    ),
  ),
  ...onBoth('malicious-mirror', 'a snapshot instead of the timestamp', (world, at) => {
    edition(world, at, 2);
    const snapshot = world.files[at].get(fileOf(at, 'snapshot', 2));
    if (snapshot !== undefined) world.files[at].set('timestamp.json', snapshot);
  }),
  ...onBoth('malicious-mirror', 'a snapshot that was cut short', (world, at) => {
    edition(world, at, 2);
    const whole = world.files[at].get(fileOf(at, 'snapshot', 2));
    if (whole?.kind === 'bytes') {
      put(world.files[at], fileOf(at, 'snapshot', 2), whole.bytes.subarray(0, 200));
    }
  }),
];

export const transportAttacks = [...endless, ...slow, ...dropped, ...mirror];
