/**
 * Series from outside as columns of blocks, which is what the store takes.
 *
 * To the store, every other set of columns is another group with a head of its own, so a series
 * stays in the group in which it was first seen: with those that came together at the same
 * instants, as the series of one scrape do. What comes without all of its group leaves holes; a
 * group that turns out to be mostly holes is taken apart.
 */
import type { Block } from '../../../protocol/columns/block.ts';
import { bitsOf, copyBits } from '../../core/store/cells.ts';
import type { SeriesId } from '../../core/store/model.ts';
import { sameTimes } from './codec.ts';

export interface IdentifiedSeries {
  readonly id: SeriesId;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface Placed {
  /** The same array for the same group, ever again. */
  readonly ids: Uint32Array;
  readonly block: Block;
}

const MAX_COLUMNS = 64;
/** A group is judged when it has had so many cells, and must have filled this share of them. */
const JUDGED_CELLS = 2_048;
const LEAST_SHARE = 1 / 4;
/** One block alone may cost so much before its group is taken apart at once. */
const MAX_CELLS = 65_536;

interface Group {
  readonly ids: Uint32Array;
  cells: number;
  samples: number;
}

export class ColumnGroups {
  private readonly groups = new Map<SeriesId, Group>();

  place(series: readonly IdentifiedSeries[]): Placed[] {
    this.group(series.filter(({ id }) => !this.groups.has(id)));
    const byGroup = new Map<Group, IdentifiedSeries[]>();
    for (const one of series) {
      const group = this.groups.get(one.id) as Group;
      const members = byGroup.get(group);
      if (members === undefined) byGroup.set(group, [one]);
      else members.push(one);
    }
    return [...byGroup].flatMap(([group, members]) => this.blocks(group, members));
  }

  private blocks(group: Group, members: readonly IdentifiedSeries[]): Placed[] {
    const times = timesOf(members);
    const cells = times.length * group.ids.length;
    const samples = members.reduce((sum, one) => sum + one.times.length, 0);
    if (cells > MAX_CELLS && isScattered(group, samples, cells)) {
      this.takeApart(group);
      return members.map((one) => ({
        ids: this.idsOf(one),
        block: blockOf(this.idsOf(one), one.times, [one]),
      }));
    }
    group.cells += cells;
    group.samples += samples;
    if (group.cells >= JUDGED_CELLS) this.judge(group);
    return [{ ids: group.ids, block: blockOf(group.ids, times, members) }];
  }

  private group(fresh: readonly IdentifiedSeries[]): void {
    let times: Float64Array | undefined;
    let ids = new Set<SeriesId>();
    for (const one of fresh) {
      if (times !== undefined && ids.size < MAX_COLUMNS && sameTimes(times, one.times)) {
        ids.add(one.id);
        continue;
      }
      this.open(ids);
      ids = new Set([one.id]);
      times = one.times;
    }
    this.open(ids);
  }

  private open(ids: ReadonlySet<SeriesId>): void {
    const left = [...ids].filter((id) => !this.groups.has(id)).sort((a, b) => a - b);
    const group = { ids: Uint32Array.from(left), cells: 0, samples: 0 };
    for (const id of left) this.groups.set(id, group);
  }

  private judge(group: Group): void {
    if (isScattered(group, group.samples, group.cells)) this.takeApart(group);
    group.cells = 0;
    group.samples = 0;
  }

  private takeApart({ ids }: Group): void {
    for (const id of ids) this.groups.set(id, { ids: Uint32Array.of(id), cells: 0, samples: 0 });
  }

  private idsOf({ id }: IdentifiedSeries): Uint32Array {
    return (this.groups.get(id) as Group).ids;
  }
}

function isScattered({ ids }: Group, samples: number, cells: number): boolean {
  return ids.length > 1 && samples < cells * LEAST_SHARE;
}

function blockOf(
  ids: Uint32Array,
  times: Float64Array,
  members: readonly IdentifiedSeries[],
): Block {
  const rows = times.length;
  const values = new Float64Array(rows * ids.length);
  const filled = new Map<number, Uint8Array | 'whole'>();
  for (const { id, times: own, values: from } of members) {
    const column = columnOf(ids, id);
    if (sameTimes(own, times)) {
      values.set(from, column * rows);
      filled.set(column, 'whole');
    } else scatter(own, from, times, values, column, filled);
  }
  const presence = new Map<number, Uint8Array>();
  for (let column = 0; column < ids.length; column++) {
    const known = filled.get(column) ?? new Uint8Array((rows + 7) >> 3);
    if (known !== 'whole') presence.set(column, known);
  }
  return { times, firstAlias: 0, columns: ids.length, values, presence };
}

/** All instants, ascending: those of the first when all have the same, as is usual. */
function timesOf(members: readonly IdentifiedSeries[]): Float64Array {
  const first = members[0]?.times ?? new Float64Array();
  if (members.every(({ times }) => sameTimes(first, times))) return first;
  const all = new Set<number>();
  for (const { times } of members) for (const time of times) all.add(time);
  return Float64Array.from(all).sort();
}

/** Ids ascend. */
function columnOf(ids: Uint32Array, id: SeriesId): number {
  let low = 0;
  let high = ids.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function scatter(
  own: Float64Array,
  from: Float64Array,
  times: Float64Array,
  values: Float64Array,
  column: number,
  filled: Map<number, Uint8Array | 'whole'>,
): void {
  const rows = times.length;
  const source = bitsOf(from);
  const target = bitsOf(values);
  const before = filled.get(column) ?? new Uint8Array((rows + 7) >> 3);
  let row = 0;
  for (let i = 0; i < own.length; i++) {
    while ((times[row] as number) < (own[i] as number)) row++;
    copyBits(source, i, target, column * rows + row);
    if (before !== 'whole') before[row >> 3] = (before[row >> 3] as number) | (1 << (row & 7));
  }
  filled.set(column, before);
}
