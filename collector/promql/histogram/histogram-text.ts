/** A native histogram as Prometheus prints it: `{count:4, sum:2, [-0.001,0.001]:1, (1,2]:3}`. */
import {
  type Bucket,
  type HistogramData,
  negativeBucket,
  positiveBucket,
  zeroBucket,
} from './data.ts';
import { numberText } from './number-text.ts';

const BRACKETS = ['(]', '[)', '()', '[]'] as const;

function bucketText({ rule, lower, upper, count }: Bucket): string {
  const [open, close] = BRACKETS[rule];
  return `${open}${numberText(lower)},${numberText(upper)}${close}:${numberText(count)}`;
}

/** The bounds are those of the schema, also where a bucket reaches into the zero bucket. */
export function histogramText(data: HistogramData): string {
  const negative = Array.from(data.negative.counts, (_, i) => negativeBucket(data, i)).reverse();
  const positive = Array.from(data.positive.counts, (_, i) => positiveBucket(data, i));
  const buckets = [...negative, zeroBucket(data), ...positive].filter(({ count }) => count !== 0);
  const parts = [
    `count:${numberText(data.count)}`,
    `sum:${numberText(data.sum)}`,
    ...buckets.map(bucketText),
  ];
  return `{${parts.join(', ')}}`;
}
