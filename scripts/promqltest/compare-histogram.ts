/** What differs between two native histograms; empty buckets do not count. */
import type { HistogramValue } from '../../collector/core/query/engine.ts';
import { type Buckets, sameIndexes } from '../../collector/promql/histogram/buckets.ts';
import { sameBounds } from '../../collector/promql/histogram/custom-bounds.ts';
import { FloatHistogram } from '../../collector/promql/histogram/float-histogram.ts';
import type { HistogramItem } from '../../collector/promql/notation/values.ts';
import { almostEqual } from './almost.ts';

/** The field that differs, or undefined. */
export function histogramDifference(
  { histogram, hintGiven }: HistogramItem,
  got: HistogramValue,
): string | undefined {
  if (!(got instanceof FloatHistogram)) return 'the kind of histogram';
  const [a, b] = [histogram.compact(), got.compact()];
  if (a.schema !== b.schema) return 'schema';
  if (!almostEqual(a.count, b.count)) return 'count';
  if (!almostEqual(a.sum, b.sum)) return 'sum';
  if (a.usesCustomBuckets && !sameBounds(a.customBounds, b.customBounds)) return 'custom_values';
  if (a.zeroThreshold !== b.zeroThreshold) return 'z_bucket_w';
  if (!almostEqual(a.zeroCount, b.zeroCount)) return 'z_bucket';
  if (!bucketsMatch(a.negative, b.negative)) return 'n_buckets';
  if (!bucketsMatch(a.positive, b.positive)) return 'buckets';
  return hintGiven && a.counterReset !== b.counterReset ? 'counter_reset_hint' : undefined;
}

function bucketsMatch(a: Buckets, b: Buckets): boolean {
  return (
    sameIndexes(a, b) && a.counts.every((count, i) => almostEqual(count, b.counts[i] ?? Number.NaN))
  );
}
