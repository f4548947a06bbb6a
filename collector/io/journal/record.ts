/**
 * One journal record in bytes. Pure: the files are elsewhere.
 *
 *     salt u32 | body length u32 | crc32 u32 | seq f64 | receivedAt f64 | topic length u16 | topic | payload
 *
 * The salt is random for each segment and stands in its file name: it marks where a record may
 * start when the bytes before are damaged, and, mixed into the checksum, keeps a device from
 * sending a payload that would pass for a record.
 */
import { crc32 } from 'node:zlib';
import type { JournalEntry } from '../../ports.ts';

/** Before the body: salt, body length, checksum. */
export const PREFIX_BYTES = 12;
/** At the start of the body: seq, receivedAt, topic length. */
const FIXED_BYTES = 18;
/** Everything that is neither topic nor payload. */
export const OVERHEAD_BYTES = PREFIX_BYTES + FIXED_BYTES;
/** A body beyond this is damage, whatever its length field says. */
export const MAX_BODY_BYTES = 16 * 1_048_576;
const MAX_TOPIC_BYTES = 65_535;

export interface JournalRecord extends JournalEntry {
  readonly seq: number;
}

/** Room that an entry needs at most, cheap to know before it is encoded. */
export function recordBound(entry: JournalEntry): number {
  return OVERHEAD_BYTES + entry.topic.length * 3 + entry.payload.length;
}

export function fits(entry: JournalEntry): boolean {
  return entry.topic.length * 3 <= MAX_TOPIC_BYTES && recordBound(entry) <= MAX_BODY_BYTES;
}

/** Writes a record at `at` and answers the offset after it. */
export function writeRecord(
  into: Buffer,
  at: number,
  salt: number,
  seq: number,
  entry: JournalEntry,
): number {
  const body = at + PREFIX_BYTES;
  const topicBytes = into.write(entry.topic, body + FIXED_BYTES, 'utf8');
  const payloadAt = body + FIXED_BYTES + topicBytes;
  const end = payloadAt + entry.payload.length;
  into.writeUInt32LE(salt, at);
  into.writeUInt32LE(end - body, at + 4);
  into.writeDoubleLE(seq, body);
  into.writeDoubleLE(entry.receivedAt, body + 8);
  into.writeUInt16LE(topicBytes, body + 16);
  into.set(entry.payload, payloadAt);
  into.writeUInt32LE(checksum(into, body, end, salt), at + 8);
  return end;
}

/** `cut`: the bytes end inside a record that looks right so far. `bad`: no record starts here. */
export type Parsed =
  | { readonly kind: 'record'; readonly record: JournalRecord; readonly end: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'bad' };

const CUT: Parsed = { kind: 'cut' };
const BAD: Parsed = { kind: 'bad' };

/** Reads the record at `at`. The payload is a view of `from`. */
export function parseRecord(from: Buffer, at: number, end: number, salt: number): Parsed {
  const left = end - at;
  if (left < PREFIX_BYTES) return left < 4 || from.readUInt32LE(at) === salt ? CUT : BAD;
  if (from.readUInt32LE(at) !== salt) return BAD;
  const length = from.readUInt32LE(at + 4);
  if (length < FIXED_BYTES || length > MAX_BODY_BYTES) return BAD;
  const body = at + PREFIX_BYTES;
  const after = body + length;
  if (after > end) return CUT;
  const topicBytes = from.readUInt16LE(body + 16);
  const payloadAt = body + FIXED_BYTES + topicBytes;
  if (payloadAt > after) return BAD;
  if (from.readUInt32LE(at + 8) !== checksum(from, body, after, salt)) return BAD;
  const record: JournalRecord = {
    seq: from.readDoubleLE(body),
    receivedAt: from.readDoubleLE(body + 8),
    topic: from.toString('utf8', body + FIXED_BYTES, payloadAt),
    payload: from.subarray(payloadAt, after),
  };
  return { kind: 'record', record, end: after };
}

function checksum(bytes: Buffer, start: number, end: number, salt: number): number {
  return crc32(bytes.subarray(start, end), salt);
}
