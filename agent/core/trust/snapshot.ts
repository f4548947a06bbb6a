/** The snapshot: which versions of all targets metadata belong together. */
import { Buffer } from 'node:buffer';
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import {
  MAX_BYTES,
  type Root,
  type Snapshot,
  type Timestamp,
} from '../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../protocol/tuf/verify.ts';
import type { Arrival, RepositoryName, Terms, TrustedSet, Wanted } from './trusted.ts';
import { arrived, checkExpiry, type Verified, verified, verifiedAs } from './verified.ts';
import { checkVersion } from './versions.ts';

export function* fetchSnapshot(
  repository: RepositoryName,
  root: Root,
  { snapshot: said }: Timestamp,
  set: TrustedSet,
  terms: Terms,
): Generator<Wanted, Outcome<Verified<Snapshot>>, Arrival> {
  const file = root.consistentSnapshot ? `${said.version}.snapshot.json` : 'snapshot.json';
  const signers = signersOf(root, 'snapshot');
  const held = set.snapshot === undefined ? undefined : Buffer.from(set.snapshot);
  if (held !== undefined) {
    const same = verifiedAs('snapshot', held, said, signers, terms, file);
    if (same.ok) {
      const fresh = checkExpiry(same.value.envelope.signed, terms, file);
      return fresh.ok ? same : fresh;
    }
  }
  const arrival: Arrival = yield { repository, file, maxBytes: said.length ?? MAX_BYTES.snapshot };
  const bytes = arrived(arrival, file);
  if (!bytes.ok) return bytes;
  const found = verifiedAs('snapshot', bytes.value, said, signers, terms, file);
  if (!found.ok) return found;
  const { signed } = found.value.envelope;
  const before = held === undefined ? undefined : verified('snapshot', held, signers, terms, file);
  const order = notOlder(
    signed,
    before?.ok === true ? before.value.envelope.signed : undefined,
    terms,
  );
  if (!order.ok) return order;
  const fresh = checkExpiry(signed, terms, file);
  return fresh.ok ? found : fresh;
}

/** No role goes back, none disappears. */
function notOlder(next: Snapshot, before: Snapshot | undefined, terms: Terms): Outcome<true> {
  for (const [file, { version }] of before?.meta ?? []) {
    if (!next.meta.has(file)) {
      return refused('rollback', file, `version ${version} is known, and the snapshot has none`);
    }
  }
  for (const [file, { version }] of next.meta) {
    const order = checkVersion(version, before?.meta.get(file)?.version, terms, file);
    if (!order.ok) return order;
  }
  return granted(true);
}
