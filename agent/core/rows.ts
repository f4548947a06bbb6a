/**
 * Samples on their way into a batch: rows (one instant of one group), then blocks.
 */
import type { Block } from '../../protocol/messages/batch.ts';
import type { BuiltDictionary, Series } from './series.ts';

/** Prometheus's staleness marker: a NaN whose payload says "this series has ended". */
const STALE_BITS = 0x7ff0_0000_0000_0002n;

export interface Row {
  readonly group: number;
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

/** One block for each group. Row times are `mono + offset`, whole milliseconds. */
export function toBlocks(
  rows: readonly Row[],
  dictionary: BuiltDictionary,
  offset: number,
): Block[] {
  const blocks: Block[] = [];
  for (const [group, { first, count }] of dictionary.groups) {
    const own = mergeInstants(rows.filter((row) => row.group === group));
    if (own.length > 0) blocks.push(fill(own, dictionary, first, count, offset));
  }
  return blocks;
}

/** Rows in order of time; what late samplers brought joins the row of its instant. */
function mergeInstants(rows: readonly Row[]): Row[] {
  const merged = new Map<number, Row>();
  for (const { group, mono, cells } of rows) {
    const known = merged.get(mono);
    merged.set(mono, {
      group,
      mono,
      cells: known === undefined ? cells : [...known.cells, ...cells],
    });
  }
  return [...merged.values()].sort((a, b) => a.mono - b.mono);
}

function fill(
  rows: readonly Row[],
  { aliasOf }: BuiltDictionary,
  first: number,
  columns: number,
  offset: number,
): Block {
  const values = new Float64Array(rows.length * columns);
  const bits = new BigUint64Array(values.buffer);
  const filled = new Uint8Array(values.length);
  rows.forEach(({ cells }, row) => {
    for (const { series, value, stale } of cells) {
      const alias = aliasOf[series.slot] ?? -1;
      if (alias < first || alias >= first + columns) continue;
      const at = (alias - first) * rows.length + row;
      if (stale) bits[at] = STALE_BITS;
      else values[at] = value;
      filled[at] = 1;
    }
  });
  const times = Float64Array.from(rows, ({ mono }) => Math.round(mono + offset));
  return {
    times,
    firstAlias: first,
    columns,
    values,
    presence: presenceOf(filled, rows.length, columns),
  };
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
