/**
 * Halves the resolution of a batch: every other row is left out, the header stays as it is, so the
 * batch keeps its name. Only batches that were never given out may be thinned.
 */
import {
  type Block,
  type ColumnPresence,
  decodeBatch,
  decodeBody,
  encodeBatch,
  encodeBody,
  isPresent,
} from '../../protocol/messages/batch.ts';
import type { SeriesDefinition } from '../../protocol/messages/schema.ts';

export interface Thinned {
  readonly payload: Uint8Array;
  /** Samples that are no longer inside. */
  readonly removed: number;
}

export type DictionaryLookup = (id: string) => readonly SeriesDefinition[] | undefined;

/** `undefined` when nothing can be left out, or the payload cannot be read. */
export function thin(payload: Uint8Array, lookup: DictionaryLookup): Thinned | undefined {
  const batch = decodeBatch(payload);
  if (!batch.ok) return undefined;
  const { header, schema, body } = batch.value;
  const series = lookup(schema);
  if (series === undefined) return undefined;
  const blocks = decodeBody(body, header.wall, series);
  if (!blocks.ok) return undefined;
  const thinner = blocks.value.map(thinBlock);
  const removed = countSamples(blocks.value) - countSamples(thinner);
  if (removed === 0) return undefined;
  const shorter = encodeBody(thinner, header.wall, series);
  return { payload: encodeBatch({ header, schema, body: shorter }), removed };
}

function thinBlock(block: Block): Block {
  const rows = keptRows(block);
  if (rows.length === block.times.length) return block;
  const { columns, firstAlias } = block;
  const values = new Float64Array(rows.length * columns);
  const from = bitsOf(block.values);
  const to = bitsOf(values);
  const presence = new Map<number, Uint8Array>();
  for (let column = 0; column < columns; column++) {
    const start = column * block.times.length;
    rows.forEach((row, i) => {
      to[column * rows.length + i] = from[start + row] as bigint;
    });
    const bitmap = block.presence.get(column);
    if (bitmap !== undefined) presence.set(column, pickBits(bitmap, rows));
  }
  const times = Float64Array.from(rows, (row) => block.times[row] as number);
  return { times, firstAlias, columns, values, presence };
}

/** The first row and every other one after it, and rows where a series ends. */
function keptRows(block: Block): number[] {
  const rows: number[] = [];
  for (let row = 0; row < block.times.length; row++) {
    if (row % 2 === 0 || endsSeries(block, row)) rows.push(row);
  }
  return rows;
}

/** Prometheus's staleness marker; without it a series would seem to go on for five minutes. */
const STALE = 0x7ff0_0000_0000_0002n;

function endsSeries(block: Block, row: number): boolean {
  const { times, columns, values } = block;
  for (let column = 0; column < columns; column++) {
    const at = column * times.length + row;
    if (Number.isNaN(values[at]) && bitsOf(values)[at] === STALE) return true;
  }
  return false;
}

/** Values move bit for bit: a NaN's payload has a meaning. */
function bitsOf(values: Float64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}

function pickBits(bitmap: Uint8Array, rows: readonly number[]): Uint8Array {
  const picked = new Uint8Array((rows.length + 7) >> 3);
  rows.forEach((row, i) => {
    if (isPresent(bitmap, row)) picked[i >> 3] = (picked[i >> 3] as number) | (1 << (i & 7));
  });
  return picked;
}

function countSamples(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + countBlock(block), 0);
}

function countBlock({ times, columns, presence }: Block): number {
  let holes = 0;
  for (let column = 0; presence.size > 0 && column < columns; column++) {
    holes += countHoles(presence, column, times.length);
  }
  return times.length * columns - holes;
}

function countHoles(presence: ColumnPresence, column: number, rows: number): number {
  const bitmap = presence.get(column);
  let holes = 0;
  for (let row = 0; bitmap !== undefined && row < rows; row++) if (!isPresent(bitmap, row)) holes++;
  return holes;
}
