/**
 * Samples on their way into a batch: rows (one instant of one group), then blocks.
 */
import type { Block } from '../../protocol/messages/batch.ts';
import type { BuiltDictionary, Series } from './series.ts';

/** Prometheus's staleness marker: a NaN whose payload says "this series has ended". */
const STALE_BITS = 0x7ff0_0000_0000_0002n;

/** Column by column: rows wait for their batch, and an object for each sample takes three times as much. */
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
    .map(sheetOf);
  const { aliasOf } = dictionary;
  for (const { mono, series, values: given, ended } of rows) {
    stretches(series, aliasOf, sheets, ({ first, rowOf, values, filled }, from, to) => {
      const row = rowOf.get(mono) ?? 0;
      for (let n = from; n < to; n++) {
        const at = (aliasAt(aliasOf, series, n) - first) * rowOf.size + row;
        values[at] = given[n] as number;
        filled[at] = 1;
      }
    });
    stretches(ended, aliasOf, sheets, ({ first, rowOf, bits, filled }, from, to) => {
      for (let n = from; n < to; n++) {
        const at = (aliasAt(aliasOf, ended, n) - first) * rowOf.size + (rowOf.get(mono) ?? 0);
        bits[at] = STALE_BITS;
        filled[at] = 1;
      }
    });
  }
  return sheets.map(({ first, count, rowOf, values, filled }) => ({
    times: Float64Array.from(rowOf.keys(), timeOf),
    firstAlias: first,
    columns: count,
    values,
    presence: presenceOf(filled, rowOf.size, count),
  }));
}

/** What blocks of these rows take: a row may have a cell for every series of its group. */
export function countCells(rows: readonly Row[], dictionary: BuiltDictionary): number {
  return groupsOf(rows, dictionary).reduce(
    (sum, { instants, count }) => sum + instants.size * count,
    0,
  );
}

/** Aliases of one group. */
interface Range {
  readonly first: number;
  readonly count: number;
}

interface Group extends Range {
  /** What late samplers brought joins the row of its instant. */
  readonly instants: Set<number>;
}

function groupsOf(rows: readonly Row[], { groups, aliasOf }: BuiltDictionary): readonly Group[] {
  const all = [...groups.values()].map((range): Group => ({ ...range, instants: new Set() }));
  for (const { mono, series, ended } of rows) {
    const note = ({ instants }: Group) => void instants.add(mono);
    stretches(series, aliasOf, all, note);
    stretches(ended, aliasOf, all, note);
  }
  return all;
}

/** The cells of one group, while they are filled in. */
function sheetOf({ first, count, instants }: Group) {
  const rowOf = new Map([...instants].sort((a, b) => a - b).map((mono, row) => [mono, row]));
  const values = new Float64Array(rowOf.size * count);
  const bits = new BigUint64Array(values.buffer);
  return { first, count, rowOf, values, bits, filled: new Uint8Array(values.length) };
}

/**
 * Stretches of series that are of one range, which are nearly always all of a row: a look for each sample
 * would be most of making a batch. What the dictionary does not have is left out.
 */
function stretches<T extends Range>(
  series: readonly Series[],
  aliasOf: Int32Array,
  ranges: readonly T[],
  take: (range: T, from: number, to: number) => void,
): void {
  for (let from = 0, to = 0; from < series.length; from = to) {
    const alias = aliasAt(aliasOf, series, from);
    const range = ranges.find(({ first, count }) => first <= alias && alias < first + count);
    to = from + 1;
    if (range === undefined) continue;
    const { first, count } = range;
    for (; to < series.length; to++) {
      const next = aliasAt(aliasOf, series, to) - first;
      if (next < 0 || next >= count) break;
    }
    take(range, from, to);
  }
}

function aliasAt(aliasOf: Int32Array, series: readonly Series[], n: number): number {
  return aliasOf[(series[n] as Series).slot] ?? -1;
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
