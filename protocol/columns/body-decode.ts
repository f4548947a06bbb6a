/** A batch's blocks out of their byte form, which `codecs.ts` describes. */
import { ByteReader } from '../bytes/reader.ts';
import { LIMITS, TIME_RANGE } from '../limits.ts';
import { accept, type DecodeErrorCode, type Result, refuse } from '../result.ts';
import {
  type Block,
  BodyPresence,
  bitmapBytes,
  type ColumnPresence,
  countPresent,
  type Referenced,
} from './block.ts';
import { memoryFor } from './cell-memory.ts';
import { SPARSE } from './codecs.ts';
import { ColumnTarget, decodeColumn } from './decode.ts';

const NO_HOLES: ColumnPresence = new Map<number, Uint8Array>();
const NOWHERE = new ColumnTarget(new Float64Array(0));

/** Decodes all blocks. `wall` is the header's; `series` the dictionary's. */
export function decodeBody(
  body: Uint8Array,
  wall: number,
  series: readonly Referenced[],
): Result<Block[]> {
  if (body.length > LIMITS.payloadBytes) return refuse('too-large', `${body.length} bytes`);
  const decoder = new BodyDecoder(body, wall, series);
  const { input } = decoder;
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
    if (blocks.length === LIMITS.blocks) return refuse('too-many-items', `block ${blocks.length}`);
    const block = decoder.block(rows, firstAlias, columns);
    if (typeof block === 'string') return refuse(block, `block ${blocks.length}`);
    blocks.push(block);
  }
  return accept(blocks);
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

/** One for a body, and not one for each block: there are as many bodies as messages. */
class BodyDecoder {
  readonly input: ByteReader;
  private readonly wall: number;
  private readonly series: readonly Referenced[];
  private rows = 0;
  private columns = 0;
  private target = NOWHERE;
  private presence: BodyPresence | undefined;

  constructor(body: Uint8Array, wall: number, series: readonly Referenced[]) {
    this.input = new ByteReader(body);
    this.wall = wall;
    this.series = series;
  }

  block(rows: number, firstAlias: number, columns: number): Block | DecodeErrorCode {
    const { input } = this;
    const memory = memoryFor(rows * (columns + 1));
    const times = memory.take(rows);
    if (!this.decodeTimes(times)) return input.broken ? 'truncated' : 'out-of-range';
    const start = memory.used;
    const values = memory.take(rows * columns);
    this.rows = rows;
    this.columns = columns;
    this.target = memory.target;
    this.presence = undefined;
    const failed = this.decodeColumns(start, firstAlias);
    if (failed !== undefined) return failed;
    return { times, firstAlias, columns, values, presence: this.presence ?? NO_HOLES };
  }

  private decodeTimes(times: Float64Array): boolean {
    const { input, wall } = this;
    let time = wall + input.zigzag();
    let step = 0;
    times[0] = time;
    for (let i = 1; i < times.length; i++) {
      step += input.zigzag();
      time += step;
      times[i] = time;
      if (time > TIME_RANGE.max || time < TIME_RANGE.min) return false;
    }
    return !input.broken && time <= TIME_RANGE.max && time >= TIME_RANGE.min;
  }

  private decodeColumns(start: number, firstAlias: number): DecodeErrorCode | undefined {
    const { input, target, rows, columns, series } = this;
    for (let column = 0; column < columns; column++) {
      const head = input.byte();
      const reference = series[firstAlias + column]?.reference;
      target.offset = start + column * rows;
      target.count = rows;
      const failed =
        head < SPARSE
          ? decodeColumn(input, head, target, reference)
          : this.decodeSparse(head - SPARSE, column, reference);
      if (input.broken) return 'truncated';
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  private decodeSparse(
    head: number,
    column: number,
    reference: Referenced['reference'],
  ): DecodeErrorCode | undefined {
    const { input, rows, target } = this;
    const position = input.pos;
    if (!input.skip(bitmapBytes(rows))) return undefined;
    this.presence ??= new BodyPresence(input.bytes, rows, this.columns);
    this.presence.add(column, position);
    target.count = countPresent(input.bytes, position, rows);
    const failed = decodeColumn(input, head, target, reference);
    if (failed === undefined && !input.broken && target.count < rows) this.spread(position);
    return failed;
  }

  /** Moves the packed values of a sparse column to the rows where they belong, bit for bit. */
  private spread(position: number): void {
    const { bits, offset, count } = this.target;
    const { bytes } = this.input;
    let from = count - 1;
    for (let row = this.rows - 1; row >= 0; row--) {
      const present = ((bytes[position + (row >> 3)] as number) >> (row & 7)) & 1;
      const to = (offset + row) * 2;
      const source = (offset + from) * 2;
      bits[to] = present === 1 ? (bits[source] as number) : 0;
      bits[to + 1] = present === 1 ? (bits[source + 1] as number) : 0;
      from -= present;
    }
  }
}
