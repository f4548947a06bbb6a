/**
 * Numbers as merged intervals: what was acknowledged out of order, and what losses name.
 *
 * Bounded: a set either closes its smallest hole, and then says too much, or forgets its smallest
 * interval, and then says too little. Which of the two is harmless depends on what it is for.
 */
import type { NumberRange } from '../../protocol/messages/ranges.ts';

export type NumberSet = readonly NumberRange[];

/** Enough for what is acknowledged out of order; a set goes into every record. */
const MAX_INTERVALS = 16;

/** The set with `added`; when there are too many intervals, the smallest hole is closed. */
export function addRange(set: NumberSet, added: NumberRange): NumberSet {
  return closeSmallestHole(merge(set, added), MAX_INTERVALS);
}

/** The set with `added`; when there are more than `limit` intervals, the smallest is forgotten. */
export function nameRange(set: NumberSet, added: NumberRange, limit: number): NumberSet {
  const merged = merge(set, added);
  if (merged.length <= limit) return merged;
  let at = 0;
  for (let i = 1; i < merged.length; i++) if (length(merged, i) < length(merged, at)) at = i;
  return [...merged.slice(0, at), ...merged.slice(at + 1)];
}

function merge(set: NumberSet, added: NumberRange): NumberSet {
  const before = set.filter((range) => range.last + 1 < added.first);
  const after = set.filter((range) => range.first > added.last + 1);
  const touching = set.slice(before.length, set.length - after.length);
  const merged = {
    first: Math.min(added.first, touching[0]?.first ?? added.first),
    last: Math.max(added.last, touching.at(-1)?.last ?? added.last),
  };
  return [...before, merged, ...after];
}

/** What of the set lies at `floor` or above. */
export function above(set: NumberSet, floor: number): NumberSet {
  return set
    .filter((range) => range.last >= floor)
    .map((range) => (range.first >= floor ? range : { first: floor, last: range.last }));
}

/** What of `range` the set does not contain. */
export function missingFrom(set: NumberSet, range: NumberRange): NumberRange[] {
  const holes: NumberRange[] = [];
  let next = range.first;
  for (const { first, last } of set) {
    if (last < next) continue;
    if (first > range.last) break;
    if (first > next) holes.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next <= range.last) holes.push({ first: next, last: range.last });
  return holes;
}

function closeSmallestHole(ranges: readonly NumberRange[], limit: number): NumberSet {
  if (ranges.length <= limit) return ranges;
  let at = 1;
  for (let i = 2; i < ranges.length; i++) if (hole(ranges, i) < hole(ranges, at)) at = i;
  const joined = {
    first: (ranges[at - 1] as NumberRange).first,
    last: (ranges[at] as NumberRange).last,
  };
  return [...ranges.slice(0, at - 1), joined, ...ranges.slice(at + 1)];
}

function length(ranges: readonly NumberRange[], at: number): number {
  const { first, last } = ranges[at] as NumberRange;
  return last - first;
}

function hole(ranges: readonly NumberRange[], at: number): number {
  return (ranges[at] as NumberRange).first - (ranges[at - 1] as NumberRange).last;
}
