/** From the root that is trusted to the newest one: each is signed by the keys of the one before it. */
import { Buffer } from 'node:buffer';
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import { MAX_BYTES, type Root, type TopRole } from '../../../protocol/tuf/metadata.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import { checkSigned, signersOf } from '../../../protocol/tuf/verify.ts';
import type { Arrival, RepositoryName, Terms, TrustedSet, Wanted } from './trusted.ts';
import { arrived, checkExpiry, type Verified, verified } from './verified.ts';

/** New roots in one check. */
const MOST_ROOTS = 256;

export interface RootChain {
  /** With the newest root that was verified, also when a later one was refused. */
  readonly set: TrustedSet;
  readonly outcome: Outcome<Root>;
  /** What expiry is judged by from here on. */
  readonly now: number;
}

export function* rootChain(
  repository: RepositoryName,
  before: TrustedSet,
  terms: Terms,
): Generator<Wanted, RootChain, Arrival> {
  const own = ownRoot(before.root);
  let { now } = terms;
  if (!own.ok) return { set: before, outcome: own, now };
  let root = own.value;
  let set = before;
  for (let count = 0; count < MOST_ROOTS; count += 1) {
    const file = `${root.version + 1}.root.json`;
    const arrival: Arrival = yield { repository, file, maxBytes: MAX_BYTES.root };
    if (arrival.kind === 'absent') {
      const fresh = checkExpiry(root, { ...terms, now }, `${root.version}.root.json`);
      return { set, outcome: fresh.ok ? granted(root) : fresh, now };
    }
    const next = nextRoot(arrival, root, terms, file);
    if (!next.ok) return { set, outcome: next, now };
    set = afterRoot(set, next.value, root);
    // Nor is the time believed that a director's lost key may have signed.
    if (terms.director && set.timestamp === undefined) now = terms.wall;
    root = next.value.envelope.signed;
  }
  const detail = `more than ${MOST_ROOTS} new roots at once`;
  return { set, outcome: refused('endless-data', `${root.version}.root.json`, detail), now };
}

/** The device's own: not from the network, yet a disk may have damaged it. */
function ownRoot(text: string): Outcome<Root> {
  const read = readMetadata('root', Buffer.from(text), MAX_BYTES.root, 'trusted root');
  if (!read.ok) return read;
  const signed = checkSigned(read.value, signersOf(read.value.signed, 'root'), 'trusted root');
  return signed.ok ? granted(read.value.signed) : signed;
}

function nextRoot(
  arrival: Arrival,
  root: Root,
  terms: Terms,
  file: string,
): Outcome<Verified<Root>> {
  const bytes = arrived(arrival, file);
  if (!bytes.ok) return bytes;
  const byOld = verified('root', bytes.value, signersOf(root, 'root'), terms, file);
  if (!byOld.ok) return byOld;
  const { envelope } = byOld.value;
  const byNew = checkSigned(envelope, signersOf(envelope.signed, 'root'), file);
  if (!byNew.ok) return byNew;
  const { version } = envelope.signed;
  if (version === root.version + 1) return byOld;
  const attack = version <= root.version ? 'rollback' : 'fast-forward';
  return refused(attack, file, `it is version ${version}, and ${root.version} is trusted`);
}

/**
 * A role that lost a key may have signed anything with it, also versions so high that none could
 * follow: what it signed is forgotten.
 */
function afterRoot(set: TrustedSet, next: Verified<Root>, old: Root): TrustedSet {
  const root = next.text;
  const roles: readonly TopRole[] = ['timestamp', 'snapshot', 'targets'];
  const lost = roles.some((role) => lostKey(role, old, next.envelope.signed));
  return lost ? { root, roles: {} } : { ...set, root };
}

function lostKey(role: TopRole, old: Root, next: Root): boolean {
  const kept = new Set(publicKeys(next, role));
  return publicKeys(old, role).some((key) => !kept.has(key));
}

function publicKeys({ roles, keys }: Root, role: TopRole): readonly (string | undefined)[] {
  return roles[role].keyids.map((id) => keys.get(id)?.public);
}
