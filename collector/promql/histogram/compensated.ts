/** A running sum of native histograms with, beside every number, what rounding took from it. */

import { aligned, jointReset, rebounded, reduced } from './align.ts';
import {
  type Buckets,
  jointIndexes,
  mapCounts,
  NO_BUCKETS,
  sameIndexes,
  spread,
} from './buckets.ts';
import { boundOf, type HistogramData, isCustom } from './data.ts';
import { FloatHistogram } from './float-histogram.ts';
import { isInfinite, lostBy } from './kahan.ts';

interface Pair {
  readonly sum: Buckets;
  readonly lost: Buckets;
}

/** Aligned: `lost` has the schema, bounds and zero threshold of `sum`. */
export interface Compensated {
  readonly sum: HistogramData;
  readonly lost: HistogramData;
  readonly reconciled: boolean;
}

export const compensated = (first: FloatHistogram): Compensated => ({
  sum: first,
  lost: nothingLost(first),
  reconciled: false,
});

const nothingLost = (like: HistogramData): HistogramData => ({
  ...like,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positive: NO_BUCKETS,
  negative: NO_BUCKETS,
});

function addPair({ sum, lost }: Pair, buckets: Buckets): Pair {
  if (buckets.counts.length === 0) return { sum, lost };
  const same = sum.indexes === lost.indexes && sameIndexes(sum, buckets);
  const indexes = same
    ? sum.indexes
    : jointIndexes(jointIndexes(sum.indexes, lost.indexes), buckets.indexes);
  const sums = same ? sum.counts : spread(sum, indexes);
  const losses = same ? lost.counts : spread(lost, indexes);
  const values = same ? buckets.counts : spread(buckets, indexes);
  const totals = new Float64Array(indexes.length);
  const left = new Float64Array(indexes.length);
  for (let i = 0; i < values.length; i++) {
    const before = sums[i] as number;
    const value = values[i] as number;
    const total = before + value;
    left[i] = isInfinite(total) ? 0 : (losses[i] as number) + lostBy(before, value, total);
    totals[i] = total;
  }
  return { sum: { indexes, counts: totals }, lost: { indexes, counts: left } };
}

/** What was lost in buckets that the zero bucket of `like` has swallowed goes to its zero bucket. */
function lostLike(lost: HistogramData, like: HistogramData): HistogramData {
  if (isCustom(like)) return { ...rebounded(lost, like.customBounds), schema: like.schema };
  if (lost.zeroThreshold === like.zeroThreshold) return reduced(lost, like.schema);
  let zeroCount = lost.zeroCount;
  const outside = (side: Buckets): Buckets => {
    const kept = side.indexes.findIndex((i) => boundOf(lost, i - 1) >= like.zeroThreshold);
    const from = kept < 0 ? side.indexes.length : kept;
    for (const count of side.counts.subarray(0, from)) zeroCount += count;
    return { indexes: side.indexes.slice(from), counts: side.counts.slice(from) };
  };
  const [positive, negative] = [outside(lost.positive), outside(lost.negative)];
  const widened = { ...lost, positive, negative, zeroCount, zeroThreshold: like.zeroThreshold };
  return reduced(widened, like.schema);
}

type Total = 'count' | 'sum' | 'zeroCount';

/** Undefined: one has custom buckets and the other has not. */
export function plus(running: Compensated, value: HistogramData): Compensated | undefined {
  const pair = aligned(running.sum, value);
  if (pair === undefined) return undefined;
  const { a, b } = pair;
  const lost = lostLike(running.lost, a);
  const totals: Record<string, number> = {};
  const losses: Record<string, number> = {};
  for (const field of ['count', 'sum', 'zeroCount'] satisfies Total[]) {
    const total = a[field] + b[field];
    totals[field] = total;
    losses[field] = isInfinite(total) ? 0 : lost[field] + lostBy(a[field], b[field], total);
  }
  const positive = addPair({ sum: a.positive, lost: lost.positive }, b.positive);
  const negative = addPair({ sum: a.negative, lost: lost.negative }, b.negative);
  return {
    sum: {
      ...a,
      ...totals,
      positive: positive.sum,
      negative: negative.sum,
      counterReset: jointReset(a.counterReset, b.counterReset),
    },
    lost: { ...lost, ...losses, positive: positive.lost, negative: negative.lost },
    reconciled: running.reconciled || pair.reconciled,
  };
}

const mapped = (data: HistogramData, to: (n: number) => number): HistogramData => ({
  ...data,
  zeroCount: to(data.zeroCount),
  count: to(data.count),
  sum: to(data.sum),
  positive: mapCounts(data.positive, to),
  negative: mapCounts(data.negative, to),
});

export const scaledSum = (running: Compensated, to: (n: number) => number): Compensated => ({
  ...running,
  sum: mapped(running.sum, to),
  lost: mapped(running.lost, to),
});

/** With what was lost put back. */
export function settled({ sum, lost }: Compensated): FloatHistogram {
  const histogram = FloatHistogram.of(sum);
  const whole = histogram.add(FloatHistogram.of({ ...lost, counterReset: sum.counterReset }));
  return whole?.histogram ?? histogram;
}
