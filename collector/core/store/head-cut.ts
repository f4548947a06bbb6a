/**
 * Instants of a head's rows within a range, as an array of their own. A query asks for the same rows
 * of one column after the other, and devices that sample in step have the same instants: all these
 * are one array.
 */
import { lowerBound } from './cells.ts';
import type { Doubles } from './slab.ts';

/** What it needs of a head. */
interface Rows {
  readonly times: Float64Array;
  readonly rows: number;
  readonly shuffles: number;
}

interface Cut {
  /** The row of the first of them. */
  readonly first: number;
  readonly times: Float64Array;
}

interface Known extends Cut {
  readonly of: Rows;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly shuffles: number;
  readonly epoch: object;
}

/** The last one. A head that kept its own would keep the whole slab that it lies in. */
let known: Known | undefined;

/** Rows ascend. */
export function cutOf(head: Rows, from: number, to: number, doubles: Doubles): Cut {
  const { rows, shuffles } = head;
  const { epoch } = doubles;
  const last = known?.epoch === epoch ? known : undefined;
  const same = last?.of === head && last.from === from && last.to === to && last.rows === rows;
  if (last !== undefined && same && last.shuffles === shuffles) return last;
  const first = lowerBound(head.times, from, rows);
  let end = lowerBound(head.times, to, rows);
  if (end < rows && head.times[end] === to) end++;
  const count = Math.max(0, end - first);
  const times =
    last !== undefined && holds(last.times, head.times, first, count)
      ? last.times
      : copyOf(head.times, first, count, doubles);
  known = { of: head, from, to, rows, shuffles, epoch, first, times };
  return known;
}

/** The head has no rows any more. */
export function forgetCut(head: Rows): void {
  if (known?.of === head) known = undefined;
}

function copyOf(from: Float64Array, first: number, count: number, doubles: Doubles): Float64Array {
  const times = doubles.take(count);
  times.set(from.subarray(first, first + count));
  return times;
}

function holds(times: Float64Array, from: Float64Array, first: number, count: number): boolean {
  if (times.length !== count) return false;
  for (let i = 0; i < count; i++) if (times[i] !== from[first + i]) return false;
  return true;
}
