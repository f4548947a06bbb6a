/** A batch's blocks into their byte form, which `codecs.ts` describes. */
import { ByteWriter } from '../bytes/writer.ts';
import { type Block, bitmapBytes, countPresent, isPresent, type Referenced } from './block.ts';
import { encodeColumn } from './encode.ts';

const out = new ByteWriter();

/**
 * Times that are not whole milliseconds and bitmaps that are too short are the caller's mistake,
 * told at once.
 */
export function encodeBody(
  blocks: readonly Block[],
  wall: number,
  series: readonly Referenced[],
): Uint8Array {
  out.reset();
  for (const block of blocks) encodeBlock(block, wall, series);
  return out.take();
}

function encodeBlock(block: Block, wall: number, series: readonly Referenced[]): void {
  const { times, firstAlias, columns, values, presence } = block;
  const rows = times.length;
  out.varint(rows);
  out.varint(firstAlias);
  out.varint(columns);
  encodeTimes(times, wall);
  for (let column = 0; column < columns; column++) {
    const reference = series[firstAlias + column]?.reference;
    const cells = values.subarray(column * rows, (column + 1) * rows);
    const bitmap = presence.size === 0 ? undefined : presence.get(column);
    if (bitmap === undefined) encodeColumn(out, cells, rows, reference, undefined);
    else encodeSparse(cells, bitmap, reference);
  }
}

function encodeSparse(
  cells: Float64Array,
  bitmap: Uint8Array,
  reference: Referenced['reference'],
): void {
  const rows = cells.length;
  const length = bitmapBytes(rows);
  if (bitmap.length < length) throw new RangeError(`presence of ${bitmap.length} bytes`);
  const trimmed = bitmap.slice(0, length);
  if (rows % 8 !== 0) trimmed[length - 1] = (trimmed[length - 1] as number) & (2 ** (rows % 8) - 1);
  encodeColumn(
    out,
    gather(cells, rows, trimmed),
    countPresent(trimmed, 0, rows),
    reference,
    trimmed,
  );
}

function encodeTimes(times: Float64Array, wall: number): void {
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
  for (let row = 0; row < rows; row++) {
    if (isPresent(bitmap, row)) to[count++] = from[row] as bigint;
  }
  return packed;
}
