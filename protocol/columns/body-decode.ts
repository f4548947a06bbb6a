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
import { SPARSE } from './codecs.ts';
import { ColumnTarget, decodeColumn } from './decode.ts';

const NO_HOLES: ColumnPresence = new Map<number, Uint8Array>();

/** Decodes all blocks. `wall` is the header's; `series` the dictionary's. */
export function decodeBody(
  body: Uint8Array,
  wall: number,
  series: readonly Referenced[],
): Result<Block[]> {
  if (body.length > LIMITS.payloadBytes) return refuse('too-large', `${body.length} bytes`);
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
    if (blocks.length === LIMITS.blocks) return refuse('too-many-items', `block ${blocks.length}`);
    const decoder = new BlockDecoder(input, rows, firstAlias, columns);
    const failed = decoder.decode(wall, series);
    if (failed !== undefined) return refuse(failed, `block ${blocks.length}`);
    blocks.push(decoder.take());
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

class BlockDecoder {
  private readonly input: ByteReader;
  private readonly rows: number;
  private readonly firstAlias: number;
  private readonly columns: number;
  private readonly times: Float64Array;
  private readonly values: Float64Array;
  private readonly target: ColumnTarget;
  private presence: BodyPresence | undefined;

  constructor(input: ByteReader, rows: number, firstAlias: number, columns: number) {
    this.input = input;
    this.rows = rows;
    this.firstAlias = firstAlias;
    this.columns = columns;
    this.times = new Float64Array(rows);
    this.values = new Float64Array(rows * columns);
    this.target = new ColumnTarget(this.values);
  }

  take(): Block {
    const { times, firstAlias, columns, values, presence = NO_HOLES } = this;
    return { times, firstAlias, columns, values, presence };
  }

  decode(wall: number, series: readonly Referenced[]): DecodeErrorCode | undefined {
    const { input, rows, firstAlias, columns, target } = this;
    if (!this.decodeTimes(wall)) return input.broken ? 'truncated' : 'out-of-range';
    for (let column = 0; column < columns; column++) {
      const head = input.byte();
      const reference = series[firstAlias + column]?.reference;
      target.offset = column * rows;
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

  private decodeTimes(wall: number): boolean {
    const { input, times } = this;
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
