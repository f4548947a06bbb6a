/**
 * Samples on their way into a batch: rows (one instant of one group), then blocks.
 */
import type { Block } from '../../protocol/messages/batch.ts';
import type { BuiltDictionary, Series } from './series.ts';

/** Prometheus's staleness marker: a NaN whose payload says "this series has ended". */
const STALE_BITS = 0x7ff0_0000_0000_0002n;

/** Column by column: an object for each sample would be most of what an agent keeps until its batch is closed. */
export interface Row {
  /** Milliseconds since boot. */
  readonly mono: number;
  readonly series: Series[];
  /** Of `series`, in their order. */
  readonly values: number[];
  /** Series that ended here. */
  readonly ended: Series[];
}

export function emptyRow(mono: number): Row {
  return { mono, series: [], values: [], ended: [] };
}

export function samplesOf({ series, ended }: Row): number {
  return series.length + ended.length;
}

export function countSamples(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + samplesOf(row), 0);
}

/**
 * One block for each group, by the dictionary alone: a series may have moved to another group since
 * its row was made. `timeOf` answers whole milliseconds.
 */
export function toBlocks(
  rows: readonly Row[],
  dictionary: BuiltDictionary,
  timeOf: (mono: number) => number,
): Block[] {
  const sheets = groupsOf(rows, dictionary)
    .filter(({ instants }) => instants.size > 0)
    .map((group) => new Sheet(group));
  const { aliasOf } = dictionary;
  for (const { mono, series, values, ended } of rows) {
    for (let n = 0; n < series.length; n++) {
      const alias = aliasAt(aliasOf, series[n] as Series);
      ofAlias(sheets, alias)?.put(alias, mono, values[n] as number);
    }
    for (const one of ended) {
      const alias = aliasAt(aliasOf, one);
      ofAlias(sheets, alias)?.end(alias, mono);
    }
  }
  return sheets.map((sheet) => sheet.block(timeOf));
}

/** What blocks of these rows take: a row may have a cell for every series of its group. */
export function countCells(rows: readonly Row[], dictionary: BuiltDictionary): number {
  return groupsOf(rows, dictionary).reduce(
    (sum, { instants, count }) => sum + instants.size * count,
    0,
  );
}

/** A range of aliases. */
interface Range {
  readonly first: number;
  readonly count: number;
}

interface Group extends Range {
  /** What late samplers brought joins the row of its instant. */
  readonly instants: Set<number>;
}

function groupsOf(rows: readonly Row[], { groups, aliasOf }: BuiltDictionary): readonly Group[] {
  const all = [...groups.values()].map(
    ({ first, count }): Group => ({ first, count, instants: new Set() }),
  );
  for (const { mono, series, ended } of rows) {
    for (const one of series) ofAlias(all, aliasAt(aliasOf, one))?.instants.add(mono);
    for (const one of ended) ofAlias(all, aliasAt(aliasOf, one))?.instants.add(mono);
  }
  return all;
}

function aliasAt(aliasOf: Int32Array, { slot }: Series): number {
  return aliasOf[slot] ?? -1;
}

/** None for a series that the dictionary does not have. */
function ofAlias<T extends Range>(ranges: readonly T[], alias: number): T | undefined {
  for (const range of ranges) {
    if (range.first <= alias && alias < range.first + range.count) return range;
  }
  return undefined;
}

/** The cells of one group, while they are filled in. */
class Sheet implements Range {
  readonly first: number;
  readonly count: number;
  readonly #instants: readonly number[];
  readonly #rowOf: ReadonlyMap<number, number>;
  readonly #values: Float64Array;
  readonly #filled: Uint8Array;

  constructor({ first, count, instants }: Group) {
    this.first = first;
    this.count = count;
    this.#instants = [...instants].sort((a, b) => a - b);
    this.#rowOf = new Map(this.#instants.map((mono, row) => [mono, row]));
    this.#values = new Float64Array(instants.size * count);
    this.#filled = new Uint8Array(this.#values.length);
  }

  put(alias: number, mono: number, value: number): void {
    this.#values[this.#fill(alias, mono)] = value;
  }

  end(alias: number, mono: number): void {
    new BigUint64Array(this.#values.buffer)[this.#fill(alias, mono)] = STALE_BITS;
  }

  block(timeOf: (mono: number) => number): Block {
    const { first, count } = this;
    const times = Float64Array.from(this.#instants, timeOf);
    const presence = presenceOf(this.#filled, times.length, count);
    return { times, firstAlias: first, columns: count, values: this.#values, presence };
  }

  #fill(alias: number, mono: number): number {
    const row = this.#rowOf.get(mono) ?? 0;
    const at = (alias - this.first) * this.#instants.length + row;
    this.#filled[at] = 1;
    return at;
  }
}

/** Bitmaps of the columns that have holes. */
function presenceOf(filled: Uint8Array, rows: number, columns: number): Map<number, Uint8Array> {
  const presence = new Map<number, Uint8Array>();
  for (let column = 0; column < columns; column++) {
    const own = filled.subarray(column * rows, (column + 1) * rows);
    if (!own.includes(0)) continue;
    const bitmap = new Uint8Array((rows + 7) >> 3);
    own.forEach((present, row) => {
      if (present === 1) bitmap[row >> 3] = (bitmap[row >> 3] as number) | (1 << (row & 7));
    });
    presence.set(column, bitmap);
  }
  return presence;
}
