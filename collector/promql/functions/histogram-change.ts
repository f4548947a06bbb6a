/** The change over a window of native histograms, resets taken into account. */
import type { Combined } from '../histogram/float-histogram.ts';
import { FloatHistogram } from '../histogram/float-histogram.ts';
import type { FunctionContext, Window } from './function.ts';
import { informReconciled, warnMixedBuckets, warnNot } from './notes.ts';
import { histogramsOf } from './samples.ts';
import { startedAnew } from './starts.ts';

type Points = readonly FloatHistogram[];
type Operation = 'addition' | 'subtraction';

/** Undefined, with a warning: buckets do not go together. Resets are the caller's matter, not a collision. */
export function combined(
  result: Combined | undefined,
  during: Operation,
  context: FunctionContext,
): FloatHistogram | undefined {
  if (result === undefined) warnMixedBuckets(context);
  else if (result.reconciled) informReconciled(during, context);
  return result?.histogram;
}

/** A reset between the first two leaves nothing of the first, whatever its buckets are like. */
function origin(window: Window, points: Points): FloatHistogram {
  const [first, second] = points as readonly [FloatHistogram, FloatHistogram];
  const reset = startedAnew(window, window.first + 1) || second.detectReset(first);
  return reset ? FloatHistogram.emptyLike(second) : first;
}

/** What was there before each reset, put back. */
function withResets(
  change: FloatHistogram,
  start: FloatHistogram,
  window: Window,
  context: FunctionContext,
): FloatHistogram | undefined {
  const { histograms, first, end } = window;
  let previous = start;
  let whole: FloatHistogram | undefined = change;
  for (let i = first + 1; i < end; i++) {
    const point = histograms?.[i] as FloatHistogram;
    if (startedAnew(window, i) || point.detectReset(previous)) {
      whole = combined(whole.add(previous), 'addition', context);
      if (whole === undefined) return undefined;
    }
    previous = point;
  }
  return whole;
}

function noteKind(points: Points, counter: boolean, context: FunctionContext): void {
  const gauge = (point: FloatHistogram | undefined) => point?.counterReset === 'gauge';
  if (counter && points.some(gauge)) warnNot('counter', context);
  if (!counter && !(gauge(points[0]) && gauge(points.at(-1)))) warnNot('gauge', context);
}

/** Of a window of at least two, all of them histograms; the result is a gauge. */
export function histogramChange(
  window: Window,
  counter: boolean,
  context: FunctionContext,
): FloatHistogram | undefined {
  const points = histogramsOf(window);
  const start = counter ? origin(window, points) : (points[0] as FloatHistogram);
  const last = points.at(-1) as FloatHistogram;
  const relevant = counter ? [start, ...points.slice(1)] : [start, last];
  if (relevant.some((point) => point.usesCustomBuckets !== start.usesCustomBuckets)) {
    warnMixedBuckets(context);
    return undefined;
  }
  noteKind(points, counter, context);
  const schema = Math.min(...relevant.map((point) => point.schema));
  const change = combined(last.toSchema(schema).sub(start), 'subtraction', context);
  if (change === undefined) return undefined;
  const whole = counter ? withResets(change, start, window, context) : change;
  return whole?.withCounterReset('gauge').compact();
}
