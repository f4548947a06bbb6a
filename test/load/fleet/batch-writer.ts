/**
 * PUBLISH packets with a batch inside, put together from a body that was encoded before: only the
 * header is written anew. The bytes are those of `encodeBatch`; a test holds it to that.
 */

export interface BatchRecord {
  readonly number: number;
  readonly low: number;
  readonly wall: number;
  readonly mono: number;
  readonly clock: number;
  readonly boot: Uint8Array;
  readonly body: Uint8Array;
  /** UTC milliseconds of a marker sample; 0: the batch has none. */
  readonly marker: number;
}

/** What the batches of one device have in common. */
export interface BatchIdentity {
  readonly epoch: Uint8Array;
  readonly schema: Uint8Array;
  /** Alias of the marker series, which stands behind all others. */
  readonly markerAlias: number;
}

/** Header, heads and marker of a batch are never longer. */
const MOST_HEAD_BYTES = 160;
/** Keys, ids, version and clock. */
const FIXED_HEAD_BYTES = 40;
const MARKER_CODEC_RAW = 0x50;

const scratch = Buffer.alloc(64);
let out: Buffer = scratch;
let at = 0;

export function mostBytes(topic: Uint8Array, bodyBytes: number): number {
  return MOST_HEAD_BYTES + topic.length + bodyBytes;
}

/** Writes at `start` and answers where the packet ends. `topic` with its length before it. */
export function writeBatch(
  into: Buffer,
  start: number,
  topic: Uint8Array,
  messageId: number,
  identity: BatchIdentity,
  record: BatchRecord,
): number {
  const marker = writeMarker(identity, record);
  const bodyBytes = record.body.length + marker;
  const payload = FIXED_HEAD_BYTES + headBytes(record) + headOf(bodyBytes) + bodyBytes;
  out = into;
  at = start;
  out[at++] = 0x32;
  remaining(topic.length + 2 + payload);
  bytes(topic);
  out[at++] = messageId >> 8;
  out[at++] = messageId & 0xff;
  writeHead(identity, record);
  head(0x40, bodyBytes);
  bytes(record.body);
  for (let i = 0; i < marker; i++) out[at++] = scratch[i] as number;
  return at;
}

function writeHead(identity: BatchIdentity, record: BatchRecord): void {
  out[at++] = 0xaa;
  out[at++] = 0;
  out[at++] = 1;
  id64(1, identity.epoch);
  out[at++] = 2;
  head(0, record.number);
  out[at++] = 3;
  head(0, record.low);
  id64(4, record.boot);
  out[at++] = 5;
  head(0, record.wall);
  out[at++] = 6;
  head(0, record.mono);
  out[at++] = 7;
  out[at++] = record.clock;
  id64(8, identity.schema);
  out[at++] = 9;
}

/** Integers of the header: what is beside them is fixed. */
function headBytes({ number, low, wall, mono }: BatchRecord): number {
  return headOf(number) + headOf(low) + headOf(wall) + headOf(mono);
}

function headOf(value: number): number {
  if (value < 24) return 1;
  return value < 0x100 ? 2 : value < 0x1_0000 ? 3 : value < 0x1_0000_0000 ? 5 : 9;
}

function id64(key: number, id: Uint8Array): void {
  out[at++] = key;
  out[at++] = 0x48;
  bytes(id);
}

function bytes(source: Uint8Array): void {
  out.set(source, at);
  at += source.length;
}

function head(type: number, value: number): void {
  const size = headOf(value);
  if (size === 1) {
    out[at++] = type | value;
    return;
  }
  out[at] = type | (size === 2 ? 24 : size === 3 ? 25 : size === 5 ? 26 : 27);
  let rest = value;
  for (let i = at + size - 1; i > at; i--) {
    out[i] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
  at += size;
}

function remaining(length: number): void {
  let rest = length;
  for (; rest > 127; rest >>= 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at++] = rest;
}

/** A block of one cell, the marker's own instant as its value, into `scratch`; answers its length. */
function writeMarker({ markerAlias }: BatchIdentity, { marker, wall }: BatchRecord): number {
  if (marker === 0) return 0;
  out = scratch;
  at = 0;
  out[at++] = 1;
  varint(markerAlias);
  out[at++] = 1;
  const ahead = marker - wall;
  varint(ahead >= 0 ? ahead * 2 : ahead * -2 - 1);
  out[at++] = MARKER_CODEC_RAW;
  scratch.writeDoubleLE(marker, at);
  return at + 8;
}

function varint(value: number): void {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 0x80;
  out[at++] = rest;
}
