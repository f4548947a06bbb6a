/**
 * rate, increase and delta of floats under `anchored` and `smoothed`: the change between the window's
 * ends themselves, which are the last sample before each (anchored) or the line across it (smoothed).
 */
import { type ExtendedSpan, extendedSpan, type Modifier } from './extended-span.ts';
import type { Window } from './function.ts';

interface Ends {
  readonly left: number;
  readonly right: number;
}

/** The value at `time` on the line from sample `i` to the next; a counter that fell began at 0. */
function between({ times, values }: Window, i: number, time: number, counter: boolean): number {
  const [to, from] = [values[i + 1] as number, times[i] as number];
  let start = values[i] as number;
  if (counter && to < start) start = 0;
  return start + ((to - start) * (time - from)) / ((times[i + 1] as number) - from);
}

function endsOf(window: Window, span: ExtendedSpan, counter: boolean): Ends {
  const { values, rangeStart, rangeEnd } = window;
  const { from, to, cutsLeft, cutsRight } = span;
  return {
    left: cutsLeft ? between(window, from, rangeStart, counter) : (values[from] as number),
    right: cutsRight ? between(window, to - 1, rangeEnd, counter) : (values[to] as number),
  };
}

/** What was there before each reset from `left` over the samples inside to `right`. */
function lostToResets(window: Window, { from, to }: ExtendedSpan, { left, right }: Ends): number {
  const { times, values, rangeStart, rangeEnd } = window;
  let lost = 0;
  let previous = left;
  for (let i = from; i <= to; i++) {
    const time = times[i] as number;
    if ((i === from && time <= rangeStart) || (i === to && time >= rangeEnd)) continue;
    const value = values[i] as number;
    if (value < previous) lost += previous;
    previous = value;
  }
  return right < previous ? lost + previous : lost;
}

export function extendedChange(
  window: Window,
  counter: boolean,
  modifier: Modifier,
): number | undefined {
  const span = extendedSpan(window, modifier);
  if (span === undefined) return undefined;
  const ends = endsOf(window, span, counter);
  const change = ends.right - ends.left;
  return counter ? change + lostToResets(window, span, ends) : change;
}

/**
 * What a range selector yields by itself: the samples inside, and one at each end. For floats;
 * undefined: nothing is within the range, nor around it.
 */
export function extendedPoints(
  window: Window,
  modifier: Modifier,
): { readonly times: Float64Array; readonly values: Float64Array } | undefined {
  const span = extendedSpan(window, modifier);
  if (span === undefined) return undefined;
  const { times, values, rangeStart, rangeEnd } = window;
  const { left, right } = endsOf(window, span, false);
  let { from, to } = span;
  if ((times[from] as number) <= rangeStart) from++;
  if ((times[to] as number) >= rangeEnd) to--;
  const inside = [Math.min(from, to + 1), to + 1] as const;
  return {
    times: joined(rangeStart, times.subarray(...inside), rangeEnd),
    values: joined(left, values.subarray(...inside), right),
  };
}

function joined(first: number, inside: Float64Array, last: number): Float64Array {
  const all = new Float64Array(inside.length + 2);
  all[0] = first;
  all.set(inside, 1);
  all[all.length - 1] = last;
  return all;
}
