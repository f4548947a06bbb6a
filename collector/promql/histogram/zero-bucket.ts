/** Zero buckets of different width: the narrower one grows until both have the same. */

import { type Buckets, keepBuckets } from './buckets.ts';
import { boundOf, type HistogramData } from './data.ts';

interface ZeroBucket {
  readonly count: number;
  readonly threshold: number;
}

/** What lies below `threshold` on one side, and where the last populated bucket of that ends. */
function swallowed(data: HistogramData, side: Buckets, threshold: number): ZeroBucket {
  let count = 0;
  for (let i = 0; i < side.counts.length; i++) {
    const index = side.indexes[i] as number;
    if (boundOf(data, index - 1) >= threshold) break;
    const own = side.counts[i] as number;
    count += own;
    const end = boundOf(data, index);
    if (end > threshold) return { count, threshold: own === 0 ? threshold : end };
  }
  return { count, threshold };
}

/** The zero bucket that `data` would have at `threshold` or, when that cuts a populated bucket, above. */
export function zeroBucketAt(data: HistogramData, threshold: number): ZeroBucket {
  if (threshold === data.zeroThreshold) return { count: data.zeroCount, threshold };
  for (;;) {
    const above = swallowed(data, data.positive, threshold);
    const below = swallowed(data, data.negative, above.threshold);
    if (below.threshold === above.threshold) {
      return { count: data.zeroCount + above.count + below.count, threshold: below.threshold };
    }
    // The negative side pushed the threshold on, so the positive side must be looked at again.
    threshold = below.threshold;
  }
}

/** `data` with its zero bucket grown to `threshold` or beyond; buckets within it are gone. */
export function withZeroBucketAt(data: HistogramData, atLeast: number): HistogramData {
  if (atLeast <= data.zeroThreshold) return data;
  const { count, threshold } = zeroBucketAt(data, atLeast);
  const outside = (index: number, own: number) =>
    own !== 0 && boundOf(data, index - 1) >= threshold;
  return {
    ...data,
    zeroThreshold: threshold,
    zeroCount: count,
    positive: keepBuckets(data.positive, outside),
    negative: keepBuckets(data.negative, outside),
  };
}

/** Both with the same zero threshold. */
export function withEqualZeroBuckets(
  a: HistogramData,
  b: HistogramData,
): readonly [HistogramData, HistogramData] {
  while (a.zeroThreshold !== b.zeroThreshold) {
    if (a.zeroThreshold > b.zeroThreshold) b = withZeroBucketAt(b, a.zeroThreshold);
    else a = withZeroBucketAt(a, b.zeroThreshold);
  }
  return [a, b];
}
