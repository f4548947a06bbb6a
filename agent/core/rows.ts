/**
 * Samples on their way into a batch: rows (one instant of one group), then blocks.
 */
import type { Block } from '../../protocol/messages/batch.ts';
import type { BuiltDictionary, Series } from './series.ts';

/** Prometheus's staleness marker: a NaN whose payload says "this series has ended". */
const STALE_BITS = 0x7ff0_0000_0000_0002n;

export interface Row {
  /** Milliseconds since boot. */
  readonly mono: number;
  readonly cells: Cell[];
}

export interface Cell {
  readonly series: Series;
  readonly value: number;
  /** The series ended here; `value` means nothing. */
  readonly stale: boolean;
}

export function countSamples(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + row.cells.length, 0);
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
  return instantsOf(rows, dictionary)
    .filter(({ cells }) => cells.size > 0)
    .map((group) => fill(group, timeOf));
}

/** What blocks of these rows take: a row may have a cell for every series of its group. */
export function countCells(rows: readonly Row[], dictionary: BuiltDictionary): number {
  return instantsOf(rows, dictionary).reduce(
    (sum, { cells, count }) => sum + cells.size * count,
    0,
  );
}

interface Group {
  readonly first: number;
  readonly count: number;
  /** By instant; what late samplers brought joins the row of its instant. */
  readonly cells: Map<number, Cell[]>;
  readonly aliasOf: Int32Array;
}

function instantsOf(rows: readonly Row[], { groups, aliasOf }: BuiltDictionary): readonly Group[] {
  const all = [...groups.values()].map(
    ({ first, count }): Group => ({ first, count, cells: new Map(), aliasOf }),
  );
  for (const { mono, cells } of rows) {
    for (const cell of cells) {
      const alias = aliasOf[cell.series.slot] ?? -1;
      const group = all.find(({ first, count }) => first <= alias && alias < first + count);
      const instant = group?.cells.get(mono);
      if (instant === undefined) group?.cells.set(mono, [cell]);
      else instant.push(cell);
    }
  }
  return all;
}

function fill({ first, count, cells, aliasOf }: Group, timeOf: (mono: number) => number): Block {
  const instants = [...cells].sort(([a], [b]) => a - b);
  const rows = instants.length;
  const values = new Float64Array(rows * count);
  const bits = new BigUint64Array(values.buffer);
  const filled = new Uint8Array(values.length);
  instants.forEach(([, own], row) => {
    for (const { series, value, stale } of own) {
      const at = ((aliasOf[series.slot] ?? first) - first) * rows + row;
      if (stale) bits[at] = STALE_BITS;
      else values[at] = value;
      filled[at] = 1;
    }
  });
  const times = Float64Array.from(instants, ([mono]) => timeOf(mono));
  const presence = presenceOf(filled, rows, count);
  return { times, firstAlias: first, columns: count, values, presence };
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
