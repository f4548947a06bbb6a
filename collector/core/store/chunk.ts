/**
 * A chunk: samples of one series inside one window, as the value of a LevelDB record.
 *
 * Byte 0: bits 0-1 the body's form (0 plain, 1 deflated, 2 deflated
 * byte planes: `planes.ts`), bits 2-3 where the instants are: 0 inline,
 * 1 in the record shared under this chunk's own order, 2 in the one whose order follows. Then
 * varint count of instants; that order, if any; the instants, if inline (`times.ts`, from the
 * window's start); the values as a column of `protocol/columns` (sparse when the series lacks some
 * of the shared instants), deflated or not; CRC-32 of key and all before, little endian.
 *
 * A record of shared instants is: varint count, the instants, the same CRC-32.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import type { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { SPARSE } from '../../../protocol/columns/codecs.ts';
import { countPresent, gatherTimes } from './cells.ts';
import { readColumn } from './column.ts';
import type { KnownTimes } from './known-times.ts';
import { decodePlanes } from './planes.ts';
import { type Doubles, LASTING } from './slab.ts';
import { decodeTimes } from './times.ts';

export const FORM = { plain: 0, deflated: 1, planes: 2 } as const;
const WHERE = { inline: 0, own: 1, other: 2 } as const;

/** No chunk declares more instants: bounds what a damaged count can make us allocate. */
export const MAX_CHUNK_ROWS = 1_000_000;

export type ChunkProblem = 'crc' | 'form' | 'times' | 'values';

export interface Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** A chunk whose checksum is right, its columns still encoded. */
export interface ParsedChunk {
  readonly rows: number;
  /** Order of the record of instants, or the instants themselves. */
  readonly times: number | Float64Array;
  readonly form: number;
  readonly body: Uint8Array;
}

/** How a chunk says where its instants are: encoded bytes, its own order, or another order. */
export type TimesPlace = Uint8Array | 'own' | number;

export function beginChunk(out: ByteWriter, rows: number, place: TimesPlace, form: number): void {
  const where =
    place === 'own' ? WHERE.own : typeof place === 'number' ? WHERE.other : WHERE.inline;
  out.reset();
  out.byte(form | (where << 2));
  out.varint(rows);
  if (typeof place === 'number') out.varint(place);
  else if (place !== 'own') out.raw(place);
}

/** Adds the checksum and takes the bytes. */
export function sealRecord(out: ByteWriter, key: Uint8Array): Uint8Array {
  return new Uint8Array(sealedRecord(out, key));
}

/** As `sealRecord`, for who copies it at once: the bytes are the writer's own. */
export function sealedRecord(out: ByteWriter, key: Uint8Array): Uint8Array {
  const crc = crc32(out.view(), crcOfKey(key));
  for (let shift = 0; shift < 32; shift += 8) out.byte((crc >>> shift) & 0xff);
  return out.view();
}

export function parseChunk(
  key: Uint8Array,
  record: Uint8Array,
  order: number,
  base: number,
  known?: KnownTimes,
): ParsedChunk | ChunkProblem {
  const content = checkRecord(key, record);
  if (content === undefined) return 'crc';
  const input = new ByteReader(content);
  const head = input.byte();
  const where = head >> 2;
  const rows = input.varint();
  if (rows < 1 || rows > MAX_CHUNK_ROWS || where > WHERE.other) return 'form';
  let times: number | Float64Array | undefined = order;
  if (where === WHERE.other) times = input.varint();
  else if (where === WHERE.inline)
    times = known ? known.decode(input, rows, base) : decodeTimes(input, rows, base);
  if (times === undefined) return 'times';
  if (input.broken) return 'form';
  return { rows, times, form: head & 3, body: content.subarray(input.pos) };
}

/** The instants of a shared record. */
export function parseTimes(
  key: Uint8Array,
  record: Uint8Array,
  base: number,
  doubles: Doubles = LASTING,
): Float64Array | ChunkProblem {
  const content = checkRecord(key, record);
  if (content === undefined) return 'crc';
  const input = new ByteReader(content);
  const rows = input.varint();
  if (rows < 1 || rows > MAX_CHUNK_ROWS) return 'form';
  return decodeTimes(input, rows, base, doubles) ?? 'times';
}

export function decodeChunk(
  chunk: ParsedChunk,
  times: Float64Array,
  doubles: Doubles = LASTING,
): Samples | ChunkProblem {
  const { rows } = chunk;
  if (times.length !== rows) return 'times';
  const body = openBody(chunk);
  if (body === undefined) return 'form';
  if (chunk.form === FORM.planes) {
    const values = doubles.take(rows);
    return decodePlanes(body, values) ? { times, values } : 'values';
  }
  const input = new ByteReader(body);
  const head = input.byte();
  const sparse = (head & SPARSE) !== 0;
  const bitmap = (rows + 7) >> 3;
  const presence = sparse ? body.subarray(input.pos, input.pos + bitmap) : undefined;
  if (sparse && !input.skip(bitmap)) return 'values';
  const count = presence === undefined ? rows : countPresent(presence, rows);
  const values = doubles.take(count);
  if (!readColumn(input, head & 0x7f, values, 0, count)) return 'values';
  return { times: presence === undefined ? times : gatherTimes(times, presence, count), values };
}

/** Whether it is as it was first written, with a value for each instant. */
export function isDense({ form, body }: ParsedChunk): boolean {
  return form === FORM.plain && ((body[0] ?? SPARSE) & SPARSE) === 0;
}

/** Decodes the values of a dense chunk to where they are wanted; whether they were right. */
export function decodeInto({ body, rows }: ParsedChunk, values: Float64Array, at: number): boolean {
  const input = new ByteReader(body);
  return readColumn(input, input.byte() & 0x7f, values, at, rows);
}

/** The body deflated, or `undefined` when that is not shorter. */
export function deflateBody(body: Uint8Array): Uint8Array | undefined {
  const deflated = deflateRawSync(body, { level: 9, memLevel: 9 });
  return deflated.length < body.length ? deflated : undefined;
}

function openBody({ form, body, rows }: ParsedChunk): Uint8Array | undefined {
  if (form === FORM.plain) return body;
  if (form > FORM.planes) return undefined;
  try {
    return inflateRawSync(body, { maxOutputLength: rows * 10 + 64 });
  } catch {
    return undefined;
  }
}

/** The bytes before the checksum, when it is right. */
export function checkRecord(key: Uint8Array, record: Uint8Array): Uint8Array | undefined {
  const at = record.length - 4;
  if (at < 1) return undefined;
  const content = record.subarray(0, at);
  const crc = crc32(content, crcOfKey(key));
  for (let i = 0; i < 4; i++) if (record[at + i] !== ((crc >>> (i * 8)) & 0xff)) return undefined;
  return content;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/** A key has some ten bytes: less work than the call to the native function. */
function crcOfKey(key: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < key.length; i++)
    crc = (CRC_TABLE[(crc ^ (key[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
