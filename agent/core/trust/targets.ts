/** Targets metadata: the top one, and any that a role delegates to. */
import { Buffer } from 'node:buffer';
import { type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import {
  MAX_BYTES,
  type MetaFile,
  type Root,
  type Signers,
  type Snapshot,
  type Targets,
} from '../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../protocol/tuf/verify.ts';
import type { Arrival, RepositoryName, Terms, TrustedSet, Wanted } from './trusted.ts';
import { arrived, checkExpiry, type Verified, verifiedAs } from './verified.ts';

type Fetching = Generator<Wanted, Outcome<Verified<Targets>>, Arrival>;

export function* fetchTargets(
  repository: RepositoryName,
  root: Root,
  snapshot: Snapshot,
  set: TrustedSet,
  terms: Terms,
): Fetching {
  const found: Outcome<Verified<Targets>> = yield* fetchRole(
    { repository, root, snapshot, set, terms },
    'targets',
    signersOf(root, 'targets'),
  );
  if (!found.ok || !terms.director) return found;
  // A director decides alone: one that hands its word on would let others decide for the device.
  if (found.value.envelope.signed.delegations.roles.length === 0) return found;
  return refused('diamond-delegation', 'targets.json', 'a director delegates nothing');
}

export interface RoleSource {
  readonly repository: RepositoryName;
  readonly root: Root;
  readonly snapshot: Snapshot;
  readonly set: TrustedSet;
  readonly terms: Terms;
}

/** Verified for these signers, also when it was verified for others before. */
export function* fetchRole(source: RoleSource, role: string, signers: Signers): Fetching {
  const { repository, root, snapshot, set, terms } = source;
  const said = snapshot.meta.get(`${role}.json`);
  if (said === undefined) {
    return refused('mix-and-match', `${role}.json`, 'the snapshot does not know it');
  }
  const file = root.consistentSnapshot ? `${said.version}.${role}.json` : `${role}.json`;
  const held = Object.hasOwn(set.roles, role) ? set.roles[role] : undefined;
  if (held !== undefined) {
    const same = fresh(Buffer.from(held), said, signers, terms, file);
    if (same.ok || same.refusal.attack === 'freeze') return same;
  }
  const arrival: Arrival = yield { repository, file, maxBytes: said.length ?? MAX_BYTES.targets };
  const bytes = arrived(arrival, file);
  return bytes.ok ? fresh(bytes.value, said, signers, terms, file) : bytes;
}

function fresh(
  bytes: Uint8Array,
  said: MetaFile,
  signers: Signers,
  terms: Terms,
  file: string,
): Outcome<Verified<Targets>> {
  const found = verifiedAs('targets', bytes, said, signers, terms, file);
  if (!found.ok) return found;
  const current = checkExpiry(found.value.envelope.signed, terms, file);
  return current.ok ? found : current;
}
