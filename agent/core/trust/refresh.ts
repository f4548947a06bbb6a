/**
 * The client's workflow of the TUF specification, section 5: root, timestamp, snapshot, targets.
 *
 * Asks for files one by one and is answered with what arrived; it fetches nothing itself. What was
 * verified stays trusted when something after it is refused.
 */
import { Buffer } from 'node:buffer';
import { granted, type Outcome } from '../../../protocol/tuf/attacks.ts';
import {
  MAX_BYTES,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../protocol/tuf/verify.ts';
import { type RootChain, rootChain } from './root-chain.ts';
import { fetchSnapshot } from './snapshot.ts';
import { fetchTargets } from './targets.ts';
import type { Arrival, RepositoryName, Terms, TrustedSet, Wanted } from './trusted.ts';
import { arrived, checkExpiry, type Verified, verified } from './verified.ts';
import { checkSignedAt, checkVersion } from './versions.ts';

/** A repository whose metadata hangs together. */
export interface Repository {
  readonly name: RepositoryName;
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

export interface Refreshed {
  readonly set: TrustedSet;
  readonly outcome: Outcome<Repository>;
}

export function* refresh(
  name: RepositoryName,
  before: TrustedSet,
  given: Terms,
): Generator<Wanted, Refreshed, Arrival> {
  const chain: RootChain = yield* rootChain(name, before, given);
  let { set } = chain;
  const terms = { ...given, now: chain.now };
  if (!chain.outcome.ok) return { set, outcome: chain.outcome };
  const root = chain.outcome.value;

  const stamped: Outcome<Verified<Timestamp>> = yield* fetchTimestamp(name, root, set, terms);
  if (!stamped.ok) return { set, outcome: stamped };
  set = { ...set, timestamp: stamped.value.text };
  const timestamp = stamped.value.envelope.signed;
  // The director signs the time too: its own metadata may be over by it.
  const later = { ...terms, now: Math.max(terms.now, timestamp.signedAt ?? 0) };

  const shot: Outcome<Verified<Snapshot>> = yield* fetchSnapshot(name, root, timestamp, set, later);
  if (!shot.ok) return { set, outcome: shot };
  set = { ...set, snapshot: shot.value.text };
  const snapshot = shot.value.envelope.signed;

  const top: Outcome<Verified<Targets>> = yield* fetchTargets(name, root, snapshot, set, later);
  if (!top.ok) return { set, outcome: top };
  set = { ...set, roles: { ...set.roles, targets: top.value.text } };
  const targets = top.value.envelope.signed;
  return { set, outcome: granted({ name, root, timestamp, snapshot, targets }) };
}

function* fetchTimestamp(
  repository: RepositoryName,
  root: Root,
  set: TrustedSet,
  terms: Terms,
): Generator<Wanted, Outcome<Verified<Timestamp>>, Arrival> {
  const file = 'timestamp.json';
  const signers = signersOf(root, 'timestamp');
  const known =
    set.timestamp === undefined
      ? undefined
      : verified('timestamp', Buffer.from(set.timestamp), signers, terms, file);
  const before = known?.ok === true ? known.value : undefined;

  const arrival: Arrival = yield { repository, file, maxBytes: MAX_BYTES.timestamp };
  const bytes = arrived(arrival, file);
  if (!bytes.ok) return bytes;
  const found = verified('timestamp', bytes.value, signers, terms, file);
  if (!found.ok) return found;
  const { signed } = found.value.envelope;
  const held = before?.envelope.signed;
  const order = checkVersion(signed.version, held?.version, terms, file);
  if (!order.ok) return order;
  const snapshots = checkVersion(
    signed.snapshot.version,
    held?.snapshot.version,
    terms,
    'snapshot.json',
  );
  if (!snapshots.ok) return snapshots;
  const time = checkSignedAt(signed.signedAt, terms, file);
  if (!time.ok) return time;
  // The same version is the same file; what is held was verified before.
  const newest = before !== undefined && held?.version === signed.version ? before : found.value;
  const now = Math.max(terms.now, newest.envelope.signed.signedAt ?? 0);
  const fresh = checkExpiry(newest.envelope.signed, { ...terms, now }, file);
  return fresh.ok ? granted(newest) : fresh;
}
