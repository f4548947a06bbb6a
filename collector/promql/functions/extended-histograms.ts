/** rate, increase and delta of native histograms under `anchored` and `smoothed`. */
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { interpolated } from '../histogram/interpolate.ts';
import { type ExtendedSpan, extendedSpan, type Modifier, shareOf } from './extended-span.ts';
import type { FunctionContext, Window } from './function.ts';
import { combined } from './histogram-change.ts';
import { informReconciled, warnMixedBuckets, warnNot } from './notes.ts';

interface Ends {
  readonly left: FloatHistogram;
  readonly right: FloatHistogram;
}

const at = ({ histograms }: Window, i: number): FloatHistogram => histograms?.[i] as FloatHistogram;

/** On the line from sample `i` to the next. */
function between(
  window: Window,
  i: number,
  time: number,
  counter: boolean,
  context: FunctionContext,
): FloatHistogram | undefined {
  const share = shareOf(window, i, time);
  const result = interpolated(at(window, i), at(window, i + 1), share, counter);
  if (result === undefined) warnMixedBuckets(context);
  for (const step of result?.reconciled ?? []) informReconciled(step, context);
  return result?.histogram;
}

function endsOf(
  window: Window,
  { from, to, cutsLeft, cutsRight }: ExtendedSpan,
  counter: boolean,
  context: FunctionContext,
): Ends | undefined {
  const { rangeStart, rangeEnd } = window;
  const left = cutsLeft ? between(window, from, rangeStart, counter, context) : at(window, from);
  const right = cutsRight ? between(window, to - 1, rangeEnd, counter, context) : at(window, to);
  return left && right && { left, right };
}

/** What was there before each reset; the line across the left end may have taken one into account. */
function* lostToResets(window: Window, span: ExtendedSpan, { left, right }: Ends) {
  const { from, to, cutsLeft } = span;
  let next = from + 1;
  let previous = left;
  if (cutsLeft && at(window, next).detectReset(at(window, from))) previous = at(window, next++);
  if (next > to) return;
  for (; next < to; next++) {
    const point = at(window, next);
    if (point.detectReset(previous)) yield previous;
    previous = point;
  }
  if (right.detectReset(previous)) yield previous;
}

function fits(
  window: Window,
  { from, to }: ExtendedSpan,
  counter: boolean,
  context: FunctionContext,
): boolean {
  const points = Array.from({ length: to - from + 1 }, (_, i) => at(window, from + i));
  const custom = points[0]?.usesCustomBuckets;
  if (points.some((point) => point.usesCustomBuckets !== custom)) {
    warnMixedBuckets(context);
    return false;
  }
  if (counter && points.some((point) => point.counterReset === 'gauge'))
    warnNot('counter', context);
  return true;
}

export function extendedHistogramChange(
  window: Window,
  counter: boolean,
  modifier: Modifier,
  context: FunctionContext,
): FloatHistogram | undefined {
  const span = extendedSpan(window, modifier);
  if (span === undefined || !fits(window, span, counter, context)) return undefined;
  const ends = endsOf(window, span, counter, context);
  if (ends === undefined) return undefined;
  const { left, right } = ends;
  const gauges = left.counterReset === 'gauge' && right.counterReset === 'gauge';
  if (!counter && !gauges) warnNot('gauge', context);
  let change = combined(right.sub(left), 'subtraction', context);
  if (counter) {
    for (const lost of lostToResets(window, span, ends)) {
      change = change && combined(change.add(lost), 'addition', context);
    }
  }
  return change?.withCounterReset('gauge').compact();
}
