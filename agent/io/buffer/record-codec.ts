/**
 * A record as stored: checksum, flags, times, samples, the tally, then the payload untouched.
 *
 * The tally is what the buffer holds just before this record, so that an append is one write of
 * one key, and the newest record tells how things stood at the last append.
 */
import { crc32 } from 'node:zlib';
import type { NumberRange } from '../../../protocol/messages/ranges.ts';
import type { RecordKind } from '../../ports.ts';
import { type Cursor, pushSigned, pushVarint, readSigned, readVarint } from './varint.ts';

const KINDS: readonly RecordKind[] = ['m', 'event', 'log', 'trace', 'report', 'res'];
const KIND_MASK = 0x07;
const SENT = 0x08;
const CLOCK_UNSET = 0x10;
const NAMED = 0x20;
const PASSES_SHIFT = 6;
const CRC_BYTES = 4;
/** Times may be any instant that a Date can have, far over 32 bits: a double holds them all. */
const HEAD_BYTES = CRC_BYTES + 1 + 8;

export interface Tally {
  /** Counts the writes: the higher of two tallies is the newer. */
  readonly version: number;
  readonly records: number;
  readonly bytes: number;
  /** Of the record's own epoch: the lowest number held, and what is gone above it. */
  readonly low: number;
  readonly gone: readonly NumberRange[];
}

export interface RecordValue {
  readonly kind: RecordKind;
  readonly id?: string;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly sent: boolean;
  readonly clockUnset: boolean;
  /** How often it was thinned, 0 to 3. */
  readonly passes: number;
  readonly tally: Tally;
  readonly payload: Uint8Array;
}

/** The checksum covers the key too: a record that turns up under another name is damaged. */
export function encodeRecord(key: Buffer, record: RecordValue): Buffer {
  const tail: number[] = [];
  pushSigned(tail, record.to - record.from);
  pushVarint(tail, record.samples);
  pushTally(tail, record.tally);
  const id = record.id === undefined ? undefined : Buffer.from(record.id, 'utf8');
  if (id !== undefined) pushVarint(tail, id.length);
  const idBytes = id?.length ?? 0;
  const payloadAt = HEAD_BYTES + tail.length + idBytes;
  const value = Buffer.allocUnsafe(payloadAt + record.payload.length);
  value[CRC_BYTES] = flags(record);
  value.writeDoubleLE(record.from, CRC_BYTES + 1);
  value.set(tail, HEAD_BYTES);
  if (id !== undefined) value.set(id, HEAD_BYTES + tail.length);
  value.set(record.payload, payloadAt);
  value.writeUInt32LE(checksum(key, value), 0);
  return value;
}

/** `undefined` when the checksum or the form is wrong. The payload is a view into `value`. */
export function decodeRecord(key: Buffer, value: Buffer): RecordValue | undefined {
  if (value.length < HEAD_BYTES || value.readUInt32LE(0) !== checksum(key, value)) return undefined;
  const mark = value[CRC_BYTES] as number;
  const from = value.readDoubleLE(CRC_BYTES + 1);
  const cursor: Cursor = { bytes: value, at: HEAD_BYTES };
  const to = from + readSigned(cursor);
  const samples = readVarint(cursor);
  const tally = readTally(cursor);
  const idBytes = (mark & NAMED) === 0 ? 0 : readVarint(cursor);
  const payloadAt = cursor.at + idBytes;
  const kind = KINDS[mark & KIND_MASK];
  if (kind === undefined || tally === undefined || !(payloadAt <= value.length)) return undefined;
  return {
    kind,
    ...((mark & NAMED) === 0 ? {} : { id: value.toString('utf8', cursor.at, payloadAt) }),
    from,
    to,
    samples,
    sent: (mark & SENT) !== 0,
    clockUnset: (mark & CLOCK_UNSET) !== 0,
    passes: mark >> PASSES_SHIFT,
    tally,
    payload: value.subarray(payloadAt),
  };
}

function flags(record: RecordValue): number {
  return (
    KINDS.indexOf(record.kind) |
    (record.sent ? SENT : 0) |
    (record.clockUnset ? CLOCK_UNSET : 0) |
    (record.id === undefined ? 0 : NAMED) |
    (record.passes << PASSES_SHIFT)
  );
}

function checksum(key: Buffer, value: Buffer): number {
  return crc32(value.subarray(CRC_BYTES), crc32(key));
}

function pushTally(out: number[], tally: Tally): void {
  for (const n of [tally.version, tally.records, tally.bytes, tally.low, tally.gone.length]) {
    pushVarint(out, n);
  }
  let previous = tally.low;
  for (const { first, last } of tally.gone) {
    pushVarint(out, first - previous);
    pushVarint(out, last - first);
    previous = last;
  }
}

function readTally(cursor: Cursor): Tally | undefined {
  const version = readVarint(cursor);
  const records = readVarint(cursor);
  const bytes = readVarint(cursor);
  const low = readVarint(cursor);
  const count = readVarint(cursor);
  const gone: NumberRange[] = [];
  let previous = low;
  for (let i = 0; i < count; i++) {
    const first = previous + readVarint(cursor);
    const last = first + readVarint(cursor);
    gone.push({ first, last });
    previous = last;
    if (Number.isNaN(last)) return undefined;
  }
  return Number.isNaN(count) ? undefined : { version, records, bytes, low, gone };
}
