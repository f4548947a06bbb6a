/** `anchored` and `smoothed`: which samples stand for the ends of a window that reaches over them. */
import type { Call } from '../ast.ts';
import type { Window } from './function.ts';

export type Modifier = 'anchored' | 'smoothed';

export interface RateKind {
  readonly counter: boolean;
  readonly perSecond: boolean;
}

/** Indices of samples, both included. */
export interface ExtendedSpan {
  readonly from: number;
  readonly to: number;
  /** The value at this end lies on the line from `from` to the next sample. */
  readonly cutsLeft: boolean;
  /** … on the line from the sample before `to`. */
  readonly cutsRight: boolean;
}

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

/** Undefined: no sample is within the range, nor is it between two. */
export function extendedSpan(window: Window, modifier: Modifier): ExtendedSpan | undefined {
  const { times, first, end, rangeStart, rangeEnd } = window;
  const from = anchorOf(window);
  if (from === undefined) return undefined;
  if (modifier === 'anchored') return { from, to: end - 1, cutsLeft: false, cutsRight: false };
  const to = farEnd(window);
  const [start, stop] = [times[from] as number, times[to] as number];
  if (stop <= rangeStart || start > rangeEnd) return undefined;
  return { from, to, cutsLeft: start < rangeStart, cutsRight: to > first && stop > rangeEnd };
}

/** How far along from sample `i` to the next `time` is. */
export function shareOf({ times }: Window, i: number, time: number): number {
  const from = times[i] as number;
  return (time - from) / ((times[i + 1] as number) - from);
}
