/**
 * Rows of one layout and one day that are not chunks yet. Row after row in one array, so that a
 * message of one row is one copy of memory; columns are cut out when the head becomes chunks.
 */
import type { Block } from '../../../protocol/columns/block.ts';
import { isPresent } from '../../../protocol/columns/block.ts';
import { bitsOf, copyBits, gatherCells } from './cells.ts';
import type { Samples } from './chunk.ts';
import { cutOf, forgetCut } from './head-cut.ts';
import { ascends, groupOf } from './layout-ids.ts';
import { type Doubles, LASTING } from './slab.ts';
import { spareRows } from './spare-rows.ts';

/**
 * The columns of a block as series: what blocks of one device and one shape have in common. Known
 * by the hash of its ids, so that after a crash the same blocks find what they had written.
 */
export class Layout {
  /** 16 hexadecimal digits. */
  readonly group: string;
  /** Ids of the block as they were given, refused ones (0) among them. */
  readonly raw: Uint32Array;
  /** Series of each kept column. */
  readonly ids: Uint32Array;
  /** Which columns of the block are kept; `undefined` when all are. */
  readonly kept: Uint32Array | undefined;
  /** Columns without a series: a limit has refused it. */
  readonly refused: number;
  /** Columns whose series another column has already. */
  readonly repeated: number;
  /** Heads that take rows now, by day. */
  readonly heads = new Map<number, Head>();
  /** Heads closed and not on disk yet, in the order of their closing. */
  readonly waiting: Head[] = [];
  /** Layouts that share a series with this one: seldom any. */
  readonly siblings = new Set<Layout>();
  /** The head used last: most rows go where the last one went. */
  lastHead: Head | undefined;
  /** Found no more: who still has it asks for another. */
  dropped = false;

  constructor(ids: Uint32Array) {
    this.group = groupOf(ids);
    this.raw = ids;
    this.refused = ids.reduce((count, id) => (id === 0 ? count + 1 : count), 0);
    // Series of one device were numbered one after the other, nearly always.
    if (ascends(ids)) {
      this.repeated = 0;
      this.kept = undefined;
      this.ids = ids;
      return;
    }
    // A series that a dictionary names twice has one place: the first.
    const places = new Map<number, number>();
    for (const [column, id] of ids.entries()) {
      if (id !== 0 && !places.has(id)) places.set(id, column);
    }
    this.repeated = ids.length - places.size - this.refused;
    this.kept = ids.length === places.size ? undefined : Uint32Array.from(places.values());
    this.ids = Uint32Array.from(places.keys());
  }

  /** Whether there are rows of it in memory. */
  get inUse(): boolean {
    return this.heads.size > 0 || this.waiting.length > 0;
  }
}

/** A head becomes chunks at this many rows: 20 minutes at one row in 10 seconds. */
export const HEAD_ROWS = 120;

const NOTHING = new Float64Array();

const FEW_ROWS = 8;
const SOME_ROWS = 32;

/** Few sizes, so that arrays of heads that were written fit those that come next. */
function capacityFor(rows: number): number {
  if (rows <= SOME_ROWS) return SOME_ROWS;
  return Math.ceil(rows / HEAD_ROWS) * HEAD_ROWS;
}

export class Head {
  readonly layout: Layout;
  readonly day: number;
  readonly columns: number;
  rows = 0;
  times: Float64Array;
  /** The cell of row r and column c is `values[r * columns + c]`. */
  values: Float64Array;
  /** One byte a cell, 1 where the series has no sample; `undefined` while there are no holes. */
  absent: Uint8Array | undefined;
  /** Cells taken in, repeats and holes among them. */
  cells = 0;
  /** Journal number of the latest rows. */
  seq = 0;
  minTime = Number.POSITIVE_INFINITY;
  maxTime = Number.NEGATIVE_INFINITY;
  /** Rows rise in time, each instant once. */
  sorted = true;
  /** Rises with every head that is closed for rows; what is open is later than all closed. */
  closedAs = Number.MAX_SAFE_INTEGER;
  /** Rows at the begin that the partition holds as staged rows, and in how many records. */
  stagedRows = 0;
  stagedRecords = 0;
  /** Counts re-orderings: rows staged before one are not the rows that stand there after it. */
  shuffles = 0;
  /** When housekeeping found it changed last, and its rows then. */
  seenAt = Number.NEGATIVE_INFINITY;
  seenRows = 0;

  constructor(layout: Layout, day: number) {
    this.layout = layout;
    this.day = day;
    this.columns = layout.ids.length;
    this.times = spareRows.take(FEW_ROWS);
    this.values = spareRows.take(FEW_ROWS * this.columns);
  }

  /** It is on disk and has no rows any more. */
  release(): void {
    this.giveArrays();
    this.times = NOTHING;
    this.values = NOTHING;
    this.absent = undefined;
    this.rows = 0;
    forgetCut(this);
  }

  private giveArrays(): void {
    spareRows.give(this.times);
    spareRows.give(this.values);
  }

  /** Takes rows `from` to `to - 1` of a block, of its `kept` columns: all when `undefined`. */
  append(block: Block, from: number, to: number, kept: Uint32Array | undefined): void {
    const end = this.rows + to - from;
    if (end > this.times.length) this.grow(end);
    for (let row = from; row < to; row++)
      this.stamp(this.rows + row - from, Math.floor(block.times[row] as number));
    if (block.times.length === 1 && kept === undefined) {
      this.values.set(block.values, this.rows * this.columns);
    } else {
      this.transpose(block, from, to, kept);
    }
    if (block.presence.size > 0 || this.absent !== undefined) this.markHoles(block, from, to, kept);
    this.rows = end;
  }

  /** Samples of a column in [from, to]. Copies; columns without holes share their instants. */
  read(column: number, from: number, to: number, doubles: Doubles = LASTING): Samples {
    this.normalize();
    const { first, times } = cutOf(this, from, to, doubles);
    if (this.absent !== undefined) return this.gather(column, first, first + times.length, doubles);
    const values = doubles.take(times.length);
    gatherCells(this.values, column, this.columns, first, first + times.length, values);
    return { times, values };
  }

  /** A column of rows `first` to `last - 1`, without its holes. */
  gather(column: number, first: number, last: number, doubles: Doubles = LASTING): Samples {
    const times = doubles.take(last - first);
    const values = doubles.take(last - first);
    times.set(this.times.subarray(first, last));
    gatherCells(this.values, column, this.columns, first, last, values);
    const { absent } = this;
    if (absent === undefined) return { times, values };
    const bits = bitsOf(values);
    let count = 0;
    for (let row = first; row < last; row++) {
      if (absent[row * this.columns + column] === 1) continue;
      times[count] = times[row - first] as number;
      copyBits(bits, row - first, bits, count++);
    }
    return { times: times.subarray(0, count), values: values.subarray(0, count) };
  }

  /** Presence bitmap of a column in these rows; `undefined` when it has no holes there. */
  presence(column: number, first: number, last: number): Uint8Array | undefined {
    if (this.absent === undefined) return undefined;
    const bitmap = new Uint8Array((last - first + 7) >> 3);
    let holes = 0;
    for (let row = first; row < last; row++) {
      const bit = row - first;
      if (this.absent[row * this.columns + column] === 1) holes++;
      else bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7));
    }
    return holes === 0 ? undefined : bitmap;
  }

  /** Sorts rows by time and makes rows of one instant one row: the cell written last wins. */
  normalize(): void {
    if (this.sorted) return;
    const order = Array.from({ length: this.rows }, (_, row) => row);
    order.sort((a, b) => (this.times[a] as number) - (this.times[b] as number) || a - b);
    const source = { times: this.times, values: this.values, absent: this.absent };
    this.times = new Float64Array(source.times.length);
    this.values = new Float64Array(source.values.length);
    this.absent = source.absent === undefined ? undefined : new Uint8Array(source.values.length);
    let at = -1;
    for (const row of order) {
      const time = source.times[row] as number;
      const repeat = at >= 0 && this.times[at] === time;
      if (!repeat) this.times[++at] = time;
      this.copyRow(source.values, source.absent, row, at, repeat);
    }
    this.rows = at + 1;
    this.sorted = true;
    this.stagedRows = 0;
    this.shuffles++;
  }

  private copyRow(
    values: Float64Array,
    absent: Uint8Array | undefined,
    row: number,
    to: number,
    repeat: boolean,
  ): void {
    const { columns } = this;
    const from = row * columns;
    if (absent === undefined) {
      this.values.set(values.subarray(from, from + columns), to * columns);
      return;
    }
    const source = bitsOf(values);
    const target = bitsOf(this.values);
    for (let c = 0; c < columns; c++) {
      const hole = absent[from + c] === 1;
      if (hole && repeat) continue;
      copyBits(source, from + c, target, to * columns + c);
      (this.absent as Uint8Array)[to * columns + c] = hole ? 1 : 0;
    }
  }

  private stamp(row: number, time: number): void {
    this.times[row] = time;
    if (time <= this.maxTime) this.sorted = false;
    else this.maxTime = time;
    if (time < this.minTime) this.minTime = time;
  }

  private transpose(block: Block, from: number, to: number, kept: Uint32Array | undefined): void {
    const { columns, values } = this;
    const rows = block.times.length;
    for (let c = 0; c < columns; c++) {
      const base = (kept === undefined ? c : (kept[c] as number)) * rows;
      let at = this.rows * columns + c;
      for (let row = from; row < to; row++, at += columns) {
        const value = block.values[base + row] as number;
        // biome-ignore lint/suspicious/noSelfCompare: the quickest question for NaN, asked for every cell
        if (value === value) values[at] = value;
        else copyBits(bitsOf(block.values), base + row, bitsOf(values), at);
      }
    }
  }

  private markHoles(block: Block, from: number, to: number, kept: Uint32Array | undefined): void {
    this.absent ??= new Uint8Array(this.values.length);
    for (let c = 0; c < this.columns; c++) {
      const bitmap = block.presence.get(kept === undefined ? c : (kept[c] as number));
      for (let row = from; row < to; row++) {
        const cell = (this.rows + row - from) * this.columns + c;
        this.absent[cell] = isPresent(bitmap, row) ? 0 : 1;
      }
    }
  }

  private grow(rows: number): void {
    const capacity = capacityFor(rows);
    const times = spareRows.take(capacity);
    times.set(this.times.subarray(0, this.rows));
    const values = spareRows.take(capacity * this.columns);
    values.set(this.values.subarray(0, this.rows * this.columns));
    this.giveArrays();
    this.times = times;
    this.values = values;
    if (this.absent === undefined) return;
    const absent = new Uint8Array(capacity * this.columns);
    absent.set(this.absent.subarray(0, this.rows * this.columns));
    this.absent = absent;
  }
}
