/**
 * `anchored` and `smoothed`: the window reaches over its ends, and what counts is the change between
 * the ends themselves: the last sample before each (anchored), or the line across it (smoothed).
 */
import type { Call } from '../ast.ts';
import type { FunctionContext, Window } from './function.ts';
import { informNonCounter } from './notes.ts';

export interface RateKind {
  readonly counter: boolean;
  readonly perSecond: boolean;
}

export type Modifier = 'anchored' | 'smoothed';

export function modifierOf(call: Call): Modifier | undefined {
  let arg = call.args[0];
  while (arg?.kind === 'paren') arg = arg.expr;
  return arg?.kind === 'matrix' ? arg.selector.modifier : undefined;
}

/** The last sample at or before the range's start, else the first; undefined: none after the start. */
export function anchorOf({ times, first, end, rangeStart }: Window): number | undefined {
  if (first === end || (times[end - 1] as number) <= rangeStart) return undefined;
  let anchor = first;
  while (anchor + 1 < end && (times[anchor + 1] as number) <= rangeStart) anchor++;
  return anchor;
}

/** The first sample at or after the range's end, else the last. */
function farEnd({ times, first, end, rangeEnd }: Window): number {
  let last = end - 1;
  while (last > first && (times[last - 1] as number) >= rangeEnd) last--;
  return last;
}

/** The value at `time` on the line from sample `i` to the next; a counter that fell began at 0. */
function between({ times, values }: Window, i: number, time: number, counter: boolean): number {
  const [to, from] = [values[i + 1] as number, times[i] as number];
  let start = values[i] as number;
  if (counter && to < start) start = 0;
  return start + ((to - start) * (time - from)) / ((times[i + 1] as number) - from);
}

/** What was there before each reset from `left` over the samples inside to `right`. */
function lostToResets(window: Window, ends: Ends): number {
  const { times, values, rangeStart, rangeEnd } = window;
  let lost = 0;
  let previous = ends.left;
  for (let i = ends.from; i <= ends.to; i++) {
    const time = times[i] as number;
    if ((i === ends.from && time <= rangeStart) || (i === ends.to && time >= rangeEnd)) continue;
    const value = values[i] as number;
    if (value < previous) lost += previous;
    previous = value;
  }
  return ends.right < previous ? lost + previous : lost;
}

interface Ends {
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

function endsOf(window: Window, modifier: Modifier, counter: boolean): Ends | undefined {
  const { times, values, rangeStart, rangeEnd, end } = window;
  const from = anchorOf(window);
  if (from === undefined) return undefined;
  if (modifier === 'anchored') {
    const to = end - 1;
    return { from, to, left: values[from] as number, right: values[to] as number };
  }
  const to = farEnd(window);
  if ((times[to] as number) <= rangeStart) return undefined;
  const early = (times[from] as number) < rangeStart;
  const late = to > window.first && (times[to] as number) > rangeEnd;
  return {
    from,
    to,
    left: early ? between(window, from, rangeStart, counter) : (values[from] as number),
    right: late ? between(window, to - 1, rangeEnd, counter) : (values[to] as number),
  };
}

export function extendedRate(
  window: Window,
  { counter, perSecond }: RateKind,
  modifier: Modifier,
  context: FunctionContext,
): number | undefined {
  const ends = endsOf(window, modifier, counter);
  if (ends === undefined) return undefined;
  let change = ends.right - ends.left;
  if (counter) {
    change += lostToResets(window, ends);
    informNonCounter(context);
  }
  return perSecond ? change / ((window.rangeEnd - window.rangeStart) / 1000) : change;
}
