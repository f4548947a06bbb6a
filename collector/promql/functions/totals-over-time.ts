/** sum_over_time and avg_over_time, of floats or of native histograms. */
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { HistogramMean, HistogramSum } from '../histogram/histogram-sum.ts';
import { isInfinite } from '../histogram/kahan.ts';
import type { FunctionContext, Sample, Window, WindowFunction } from './function.ts';
import { informReconciled, warnCollided, warnMixed, warnMixedBuckets } from './notes.ts';
import { countHistograms, histogramsOf } from './samples.ts';

/** Kahan's sum, written out: this loop sees every sample of a range query many times over. */
function sumOf({ values, first, end }: Window): number {
  let sum = 0;
  let lost = 0;
  for (let i = first; i < end; i++) {
    const value = values[i] as number;
    const total = sum + value;
    if (total === Infinity || total === -Infinity) lost = 0;
    else if (Math.abs(sum) >= Math.abs(value)) lost += sum - total + value;
    else lost += value - total + sum;
    sum = total;
  }
  return isInfinite(sum) ? sum : sum + lost;
}

/** The sum divided by the count, unless the sum leaves the doubles. */
function meanOf(window: Window): number {
  const { values, first, end } = window;
  const count = end - first;
  let sum = values[first] as number;
  let lost = 0;
  for (let i = first + 1; i < end; i++) {
    const value = values[i] as number;
    const total = sum + value;
    if (total === Infinity || total === -Infinity) return movingMean(window, i, sum, lost);
    if (Math.abs(sum) >= Math.abs(value)) lost += sum - total + value;
    else lost += value - total + sum;
    sum = total;
  }
  return sum / count + lost / count;
}

/** From sample `from` on, given the sum of those before: a mean that is moved along. */
function movingMean({ values, first, end }: Window, from: number, sum: number, lostOfSum: number) {
  let mean = sum / (from - first);
  let lost = lostOfSum / (from - first);
  for (let i = from; i < end; i++) {
    const count = i - first + 1;
    const share = (count - 1) / count;
    const value = (values[i] as number) / count;
    mean *= share;
    lost *= share;
    const total = mean + value;
    if (isInfinite(total)) lost = 0;
    else if (Math.abs(mean) >= Math.abs(value)) lost += mean - total + value;
    else lost += value - total + mean;
    mean = total;
  }
  return mean + lost;
}

type Total = HistogramSum | HistogramMean;

function histogramTotal(
  window: Window,
  begin: (first: FloatHistogram) => Total,
  context: FunctionContext,
): FloatHistogram | undefined {
  const [head, ...rest] = histogramsOf(window) as readonly [FloatHistogram, ...FloatHistogram[]];
  const total = begin(head);
  for (const histogram of rest) {
    if (total.add(histogram)) continue;
    warnMixedBuckets(context);
    return undefined;
  }
  if (total.collided) warnCollided('aggregation', context);
  if (total.reconciled) informReconciled('aggregation', context);
  return total.value;
}

function totalOverTime(
  floats: (window: Window) => number,
  begin: (first: FloatHistogram) => Total,
): WindowFunction {
  const apply = (
    window: Window,
    _scalars: readonly number[],
    context: FunctionContext,
  ): Sample | undefined => {
    const histograms = countHistograms(window);
    if (histograms === 0) return floats(window);
    if (histograms === window.end - window.first) return histogramTotal(window, begin, context);
    warnMixed(context);
    return undefined;
  };
  return { kind: 'window', rangeArg: 0, apply };
}

export const TOTALS_OVER_TIME: Readonly<Record<string, WindowFunction>> = {
  sum_over_time: totalOverTime(sumOf, (first) => new HistogramSum(first)),
  avg_over_time: totalOverTime(meanOf, (first) => new HistogramMean(first)),
};
