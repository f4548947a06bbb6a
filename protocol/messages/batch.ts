/**
 * Batches of samples (`m`, `h`): the header, the dictionary's id, and one byte string of blocks.
 *
 * A block is a matrix of rows (instants) by columns (consecutive aliases):
 * varint rows, varint first alias, varint columns; rows times as zigzags (the first relative to
 * the header's wall time, the second the difference, then differences of differences, all in
 * milliseconds); then each column (`columns/codecs.ts`). Blocks follow each other to the end.
 */
import { encodeCbor } from '../cbor/codec.ts';
import { fromHex } from '../cbor/fields.ts';
import { ByteReader, ByteWriter } from '../columns/bytes.ts';
import { SPARSE } from '../columns/codecs.ts';
import { decodeColumn } from '../columns/decode.ts';
import { encodeColumn } from '../columns/encode.ts';
import { LIMITS } from '../limits.ts';
import { accept, refuse, type DecodeErrorCode, type Result } from '../result.ts';
import { decodeEnvelope, encodeHeader, type Header } from './envelope.ts';
import type { SeriesDefinition } from './schema.ts';

const KEY = { schema: 8, body: 9 } as const;

/** The range of an ECMAScript Date: 100 million days around 1970, in milliseconds. */
const MAX_TIME = 8.64e15;

export interface Batch {
  readonly header: Header;
  /** Id of the dictionary that the aliases refer to. */
  readonly schema: string;
  /** Undecoded blocks; a view into the payload. */
  readonly body: Uint8Array;
}

export interface Block {
  /** UTC milliseconds, one a row. */
  readonly times: Float64Array;
  readonly firstAlias: number;
  readonly columns: number;
  /** Column by column: the cell of row r and column c is `values[c * times.length + r]`. */
  readonly values: Float64Array;
  /** For columns with holes: bit r, low bit first, tells whether row r is present. */
  readonly presence: ReadonlyMap<number, Uint8Array>;
}

export function encodeBatch(batch: Batch): Uint8Array {
  return encodeCbor(
    new Map([...encodeHeader(batch.header), [KEY.schema, fromHex(batch.schema)], [KEY.body, batch.body]]),
  );
}

export function decodeBatch(payload: Uint8Array): Result<Batch> {
  const envelope = decodeEnvelope(payload, 'batch');
  if (!envelope.ok) return envelope;
  const { header, fields } = envelope.value;
  return fields.done({ header, schema: fields.hex(KEY.schema, 8), body: fields.bytes(KEY.body) });
}

export function encodeBody(blocks: readonly Block[], wall: number, series: readonly SeriesDefinition[]): Uint8Array {
  const out = new ByteWriter();
  for (const block of blocks) encodeBlock(out, block, wall, series);
  return out.take();
}

/** Decodes all blocks. `wall` is the header's; `series` the dictionary's. */
export function decodeBody(body: Uint8Array, wall: number, series: readonly SeriesDefinition[]): Result<Block[]> {
  const input = new ByteReader(body);
  const blocks: Block[] = [];
  let cells = 0;
  while (input.remaining > 0) {
    const rows = input.varint();
    const firstAlias = input.varint();
    const columns = input.varint();
    cells += rows * columns;
    const problem = input.broken
      ? 'truncated'
      : checkShape(rows, columns, firstAlias + columns, cells, series.length, input.remaining);
    if (problem !== undefined) return refuse(problem, `block ${blocks.length}`);
    const block = allocate(rows, firstAlias, columns);
    const failed = fillBlock(input, block, wall, series);
    if (failed !== undefined) return refuse(failed, `block ${blocks.length}`);
    blocks.push(block);
  }
  return accept(blocks);
}

interface FillableBlock extends Block {
  readonly presence: Map<number, Uint8Array>;
}

/** Bounds everything that is about to be allocated by what the bytes can justify. */
function checkShape(
  rows: number,
  columns: number,
  endAlias: number,
  cells: number,
  known: number,
  remaining: number,
): DecodeErrorCode | undefined {
  if (rows < 1 || rows > LIMITS.rows || columns < 1) return 'out-of-range';
  if (rows + columns > remaining) return 'truncated';
  if (endAlias > known) return 'unknown-alias';
  return cells > LIMITS.cells ? 'too-many-cells' : undefined;
}

function allocate(rows: number, firstAlias: number, columns: number): FillableBlock {
  return {
    times: new Float64Array(rows),
    firstAlias,
    columns,
    values: new Float64Array(rows * columns),
    presence: new Map(),
  };
}

function fillBlock(
  input: ByteReader,
  block: FillableBlock,
  wall: number,
  series: readonly SeriesDefinition[],
): DecodeErrorCode | undefined {
  const { times, firstAlias, columns, values, presence } = block;
  const rows = times.length;
  if (!decodeTimes(input, times, wall)) return 'out-of-range';
  const bits = new Uint32Array(values.buffer);
  for (let column = 0; column < columns; column++) {
    const head = input.byte();
    let count = rows;
    if ((head & SPARSE) !== 0) {
      const bitmap = input.raw((rows + 7) >> 3);
      presence.set(column, bitmap);
      count = countBits(bitmap, rows);
    }
    const offset = column * rows;
    const reference = series[firstAlias + column]?.reference;
    const failed = decodeColumn(input, head & 0x7f, { values, bits, offset, count }, reference);
    if (input.broken) return 'truncated';
    if (failed !== undefined) return failed;
    const bitmap = presence.get(column);
    if (bitmap !== undefined) spread(bits, offset, count, rows, bitmap);
  }
  return undefined;
}

function decodeTimes(input: ByteReader, times: Float64Array, wall: number): boolean {
  let time = wall + input.zigzag();
  let delta = 0;
  times[0] = time;
  for (let i = 1; i < times.length; i++) {
    delta += input.zigzag();
    time += delta;
    times[i] = time;
    if (Math.abs(time) > MAX_TIME) return false;
  }
  return Math.abs(time) <= MAX_TIME;
}

/** Moves the `count` packed values of a sparse column to the rows where they belong. */
function spread(bits: Uint32Array, offset: number, count: number, rows: number, bitmap: Uint8Array): void {
  let from = count - 1;
  for (let row = rows - 1; row >= 0; row--) {
    const to = (offset + row) * 2;
    const present = isPresent(bitmap, row);
    const source = (offset + from) * 2;
    bits[to] = present ? (bits[source] as number) : 0;
    bits[to + 1] = present ? (bits[source + 1] as number) : 0;
    if (present) from--;
  }
}

export function isPresent(bitmap: Uint8Array | undefined, row: number): boolean {
  return bitmap === undefined || ((bitmap[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

function countBits(bitmap: Uint8Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (isPresent(bitmap, row)) count++;
  return count;
}

function encodeBlock(out: ByteWriter, block: Block, wall: number, series: readonly SeriesDefinition[]): void {
  const { times, firstAlias, columns, values, presence } = block;
  const rows = times.length;
  out.varint(rows);
  out.varint(firstAlias);
  out.varint(columns);
  encodeTimes(out, times, wall);
  for (let column = 0; column < columns; column++) {
    const reference = series[firstAlias + column]?.reference;
    const cells = values.subarray(column * rows, (column + 1) * rows);
    const bitmap = presence.get(column);
    if (bitmap === undefined) encodeColumn(out, cells, rows, reference, undefined);
    else encodeColumn(out, gather(cells, rows, bitmap), countBits(bitmap, rows), reference, bitmap);
  }
}

function encodeTimes(out: ByteWriter, times: Float64Array, wall: number): void {
  let previous = wall;
  let delta = 0;
  for (let i = 0; i < times.length; i++) {
    const step = (times[i] as number) - previous;
    out.zigzag(i <= 1 ? step : step - delta);
    if (i > 0) delta = step;
    previous = times[i] as number;
  }
}

/** The present values of a sparse column, moved together bit for bit. */
function gather(cells: Float64Array, rows: number, bitmap: Uint8Array): Float64Array {
  const packed = new Float64Array(rows);
  const from = new BigUint64Array(cells.buffer, cells.byteOffset, rows);
  const to = new BigUint64Array(packed.buffer);
  let count = 0;
  for (let row = 0; row < rows; row++) if (isPresent(bitmap, row)) to[count++] = from[row] as bigint;
  return packed;
}
