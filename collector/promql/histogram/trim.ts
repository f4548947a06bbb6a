/**
 * PromQL's `</` and `>/`: a histogram of what lies on one side of a bound. A bucket that the bound
 * cuts keeps a part, by the same interpolation as quantiles; count and sum are made anew from
 * buckets and their middles once any bucket has changed.
 */
import { type Buckets, compacted } from './buckets.ts';
import {
  type Bucket,
  type HistogramData,
  isCustom,
  negativeBucket,
  positiveBucket,
  zeroBucket,
} from './data.ts';

interface Cut {
  readonly bound: number;
  /** Keep what is below the bound, else what is above. */
  readonly below: boolean;
  readonly linear: boolean;
}

interface Kept {
  readonly count: number;
  /** The value that stands for all of it. */
  readonly middle: number;
}

const NOTHING: Kept = { count: 0, middle: 0 };
const finiteOr0 = (value: number): number => (Number.isFinite(value) ? value : 0);

function middle(lower: number, upper: number, linear: boolean): number {
  if (lower === -Infinity) {
    if (upper === Infinity) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (upper === Infinity) return lower;
  if (linear) return (lower + upper) / 2;
  const mean = Math.sqrt(Math.abs(lower * upper));
  return upper > 0 ? mean : -mean;
}

/** The share of the bucket that lies below the bound. */
function shareBelow({ lower, upper }: Bucket, { bound, linear }: Cut): number {
  if (bound <= lower) return 0;
  if (bound >= upper) return 1;
  if (linear) return (bound - lower) / (upper - lower);
  const [from, to, at] = [lower, upper, bound].map((n) => Math.log2(Math.abs(n))) as [
    number,
    number,
    number,
  ];
  return upper > 0 ? (at - from) / (to - from) : 1 - (at - to) / (from - to);
}

/** How observations lie in a bucket without a lower end is not known, save that zero is a natural one. */
function cutWithoutLower({ upper, count }: Bucket, { bound, below }: Cut): Kept {
  if (below) {
    if (bound >= upper) return { count, middle: 0 };
    if (bound > 0 && upper > 0 && upper !== Infinity) {
      return { count: (count * bound) / upper, middle: bound / 2 };
    }
    if (upper <= 0) return { count, middle: bound };
  } else {
    if (bound === -Infinity) return { count, middle: 0 };
    if (bound >= 0 && upper > bound && upper !== Infinity) {
      return { count: count * (1 - bound / upper), middle: (bound + upper) / 2 };
    }
  }
  return { count: 0, middle: finiteOr0(upper) };
}

function cutWithoutUpper({ lower, count }: Bucket, { bound, below }: Cut): Kept {
  if (!below && bound >= lower) return { count, middle: bound };
  return { count: 0, middle: finiteOr0(lower) };
}

function cutBucket(bucket: Bucket, cut: Cut): Kept {
  const { lower, upper, count } = bucket;
  if (lower === -Infinity) return cutWithoutLower(bucket, cut);
  if (upper === Infinity) return cutWithoutUpper(bucket, cut);
  const under = count * shareBelow(bucket, cut);
  if (cut.below) return { count: under, middle: middle(lower, cut.bound, cut.linear) };
  return { count: count - under, middle: middle(cut.bound, upper, cut.linear) };
}

function keptOf(bucket: Bucket, cut: Cut): Kept {
  const { lower, upper, count } = bucket;
  if (cut.below ? upper <= cut.bound : lower >= cut.bound) {
    return { count, middle: middle(lower, upper, cut.linear) };
  }
  return (cut.below ? lower < cut.bound : upper > cut.bound) ? cutBucket(bucket, cut) : NOTHING;
}

/** With buckets on one side only, the zero bucket is taken to reach to that side only. */
function keptOfZero(data: HistogramData, { bound, below }: Cut): Kept {
  const has = (side: Buckets) => side.counts.some((count) => count !== 0);
  const [up, down] = [has(data.positive), has(data.negative)];
  const whole = zeroBucket(data);
  const lower = up && !down ? 0 : whole.lower;
  const upper = down && !up ? 0 : whole.upper;
  const { count } = whole;
  if (bound <= lower) return below ? NOTHING : { count, middle: (lower + upper) / 2 };
  if (bound >= upper) return below ? { count, middle: (lower + upper) / 2 } : NOTHING;
  const share = (below ? bound - lower : upper - bound) / (upper - lower);
  return { count: count * share, middle: ((below ? lower : upper) + bound) / 2 };
}

export function trimmed(data: HistogramData, bound: number, below: boolean): HistogramData {
  const cut: Cut = { bound, below, linear: isCustom(data) };
  let [count, sum] = [0, 0];
  const keep = (kept: Kept): number => {
    count += kept.count;
    sum += kept.middle * kept.count;
    return kept.count;
  };
  const side = (buckets: Buckets, bucketAt: (data: HistogramData, i: number) => Bucket) =>
    buckets.counts.map((own, i) => (own === 0 ? 0 : keep(keptOf(bucketAt(data, i), cut))));
  const positive = side(data.positive, positiveBucket);
  const negative = side(data.negative, negativeBucket);
  const zeroCount = data.zeroCount > 0 ? keep(keptOfZero(data, cut)) : data.zeroCount;
  const same = (counts: Float64Array, before: Buckets) =>
    counts.every((own, i) => own === before.counts[i]);
  if (
    zeroCount === data.zeroCount &&
    same(positive, data.positive) &&
    same(negative, data.negative)
  ) {
    return data;
  }
  return {
    ...data,
    count,
    sum,
    zeroCount,
    positive: compacted({ indexes: data.positive.indexes, counts: positive }),
    negative: compacted({ indexes: data.negative.indexes, counts: negative }),
  };
}
