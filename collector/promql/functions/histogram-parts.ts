/** Functions of one native histogram: its count, sum, mean and spread. Floats have none. */
import type { Bucket } from '../histogram/data.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { KahanSum } from '../histogram/kahan.ts';
import type { SampleFunction } from './function.ts';

const ofHistogram = (of: (histogram: FloatHistogram) => number): SampleFunction => ({
  kind: 'sample',
  vectorArg: 0,
  apply: (sample) => (typeof sample === 'number' ? undefined : of(sample)),
});

/** The value that stands for a bucket: where its logarithmic scale has its middle. */
function middle({ lower, upper }: Bucket, custom: boolean): number {
  if (custom) return (upper + lower) / 2;
  if (lower <= 0 && upper >= 0) return 0;
  const mean = Math.sqrt(upper * lower);
  return upper < 0 ? -mean : mean;
}

function varianceOf(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count;
  const squares = new KahanSum();
  for (const bucket of histogram.buckets()) {
    const delta = middle(bucket, histogram.usesCustomBuckets) - mean;
    squares.add(bucket.count * delta * delta);
  }
  return squares.value / histogram.count;
}

export const HISTOGRAM_PARTS: Readonly<Record<string, SampleFunction>> = {
  histogram_count: ofHistogram(({ count }) => count),
  histogram_sum: ofHistogram(({ sum }) => sum),
  histogram_avg: ofHistogram(({ sum, count }) => sum / count),
  histogram_stdvar: ofHistogram(varianceOf),
  histogram_stddev: ofHistogram((histogram) => Math.sqrt(varianceOf(histogram))),
};
