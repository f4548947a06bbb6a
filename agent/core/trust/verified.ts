/** Reads a file of metadata and checks what holds for every role: form, signatures, device, expiry. */
import { Buffer } from 'node:buffer';
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import type {
  Envelope,
  Metadata,
  MetadataOf,
  MetaFile,
  Signers,
  TopRole,
} from '../../../protocol/tuf/metadata.ts';
import { MAX_BYTES } from '../../../protocol/tuf/metadata.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import { checkSigned, mismatch } from '../../../protocol/tuf/verify.ts';
import { ARRIVAL_ATTACKS, ARRIVAL_DETAILS, type Arrival, type Terms } from './trusted.ts';

export interface Verified<T extends Metadata> {
  readonly envelope: Envelope<T>;
  readonly text: string;
}

export function arrived(arrival: Arrival, file: string): Outcome<Uint8Array> {
  if (arrival.kind === 'bytes') return granted(arrival.bytes);
  return refused(ARRIVAL_ATTACKS[arrival.kind], file, ARRIVAL_DETAILS[arrival.kind]);
}

/** Form, signatures and device. */
export function verified<T extends TopRole>(
  type: T,
  bytes: Uint8Array,
  signers: Signers,
  terms: Terms,
  file: string,
): Outcome<Verified<MetadataOf<T>>> {
  const read = readMetadata(type, bytes, MAX_BYTES[type], file);
  if (!read.ok) return read;
  const signed = checkSigned(read.value, signers, file);
  if (!signed.ok) return signed;
  const foreign = checkDevice(read.value.signed, terms, file);
  if (!foreign.ok) return foreign;
  return granted({ envelope: read.value, text: Buffer.from(bytes).toString('utf8') });
}

/** As `verified`, for a file of which signed metadata says version, and perhaps length and hashes. */
export function verifiedAs<T extends TopRole>(
  type: T,
  bytes: Uint8Array,
  said: MetaFile,
  signers: Signers,
  terms: Terms,
  file: string,
): Outcome<Verified<MetadataOf<T>>> {
  const wrong = mismatch(bytes, said);
  if (wrong === 'too-long') {
    return refused('endless-data', file, `${bytes.length} bytes, signed are ${said.length ?? 0}`);
  }
  const found = verified(type, bytes, signers, terms, file);
  if (!found.ok) return found;
  const { version } = found.value.envelope.signed;
  if (wrong === undefined && version === said.version) return found;
  const detail = `it is version ${version}, and not the ${said.version} that was signed beside it`;
  return refused('mix-and-match', file, detail);
}

export function checkExpiry({ expires }: Metadata, { now }: Terms, file: string): Outcome<true> {
  if (now < expires) return granted(true);
  return refused('freeze', file, `it expired at ${new Date(expires).toISOString()}`);
}

/** The rest of a director's metadata names its device; no other may be named anywhere. */
function checkDevice(signed: Metadata, terms: Terms, file: string): Outcome<true> {
  if (signed.type === 'root' || signed.device === terms.device) return granted(true);
  if (signed.device === undefined && !terms.director) return granted(true);
  const whose = signed.device ?? 'no device';
  return refused('replay', file, `it is for ${whose}, this is ${terms.device}`);
}
