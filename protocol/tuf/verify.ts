/** Whether enough of the right keys have signed, and whether bytes are the ones that were signed. */
import { createHash } from 'node:crypto';
import { granted, type Outcome, refused } from './attacks.ts';
import { verifyBytes } from './keys.ts';
import type { Envelope, Root, Signers, TopRole } from './metadata.ts';

export function signersOf(root: Root, role: TopRole): Signers {
  return { ...root.roles[role], keys: root.keys };
}

/** Public keys of the role with a good signature: each counts once, whatever it is called. */
export function goodSignatures(
  { signatures, message }: Pick<Envelope, 'signatures' | 'message'>,
  { keyids, keys }: Signers,
): ReadonlySet<string> {
  const good = new Set<string>();
  for (const { keyid, sig } of signatures) {
    const key = keyids.includes(keyid) ? keys.get(keyid) : undefined;
    if (key === undefined || good.has(key.public)) continue;
    if (verifyBytes(key.public, message, sig)) good.add(key.public);
  }
  return good;
}

export function checkSigned(
  envelope: Pick<Envelope, 'signatures' | 'message'>,
  signers: Signers,
  file: string,
): Outcome<true> {
  const { size } = goodSignatures(envelope, signers);
  if (size >= signers.threshold) return granted(true);
  if (size > 0) {
    return refused('key-compromise', file, `${size} of ${signers.threshold} keys have signed it`);
  }
  const other = { ...signers, keyids: [...signers.keys.keys()] };
  return goodSignatures(envelope, other).size > 0
    ? refused('key-compromise', file, 'it is signed with a key of another role')
    : refused('arbitrary-software', file, 'no key of its role has signed it');
}

export interface Expected {
  readonly length?: number | undefined;
  readonly hashes?: ReadonlyMap<string, string> | undefined;
}

/** What is wrong with the bytes; all hashes that are known here must be right. */
export function mismatch(
  bytes: Uint8Array,
  { length, hashes }: Expected,
): 'too-long' | 'too-short' | 'hash' | undefined {
  if (length !== undefined && bytes.length > length) return 'too-long';
  if (length !== undefined && bytes.length < length) return 'too-short';
  for (const algorithm of ['sha256', 'sha512']) {
    const wanted = hashes?.get(algorithm);
    if (wanted === undefined) continue;
    if (createHash(algorithm).update(bytes).digest('hex') !== wanted) return 'hash';
  }
  return undefined;
}
