/** Quantiles and fractions of native histograms. */
import { type Bucket, type HistogramData, isCustom } from './data.ts';
import { bucketAt, countAt, places } from './walk.ts';

export interface NativeQuantile {
  readonly value: number;
  /** Observations of NaN lie in no bucket. `result`: the quantile is one of them; `skew`: it is higher for them. */
  readonly nan?: 'result' | 'skew';
}

export interface NativeFraction {
  readonly value: number;
  /** There were observations of NaN; they are in no fraction. */
  readonly nan: boolean;
}

interface Reached {
  readonly bucket: Bucket;
  /** Observations in it and in those before it. */
  readonly count: number;
}

const NO_BUCKET: Bucket = { rule: 2, lower: 0, upper: 0, count: 0 };

/** The bucket in which the count, upward or downward, reaches `rank`; the last one when it never does. */
function reach(data: HistogramData, rank: number, upward: boolean): Reached {
  const last = places(data) - 1;
  let count = 0;
  let at = -1;
  for (let i = 0; i <= last; i++) {
    at = upward ? i : last - i;
    const own = countAt(data, at);
    if (own === 0) continue;
    count += own;
    if (count >= rank) break;
  }
  return { bucket: at < 0 ? NO_BUCKET : bucketAt(data, at), count };
}

/** With buckets on one side only, a bucket across zero is taken to reach to that side only. */
function oneSided(bucket: Bucket, data: HistogramData): Bucket {
  const [up, down] = [data.positive.counts.length > 0, data.negative.counts.length > 0];
  if (up && !down) return { ...bucket, lower: 0 };
  if (down && !up) return { ...bucket, upper: 0 };
  return bucket;
}

const crossesZero = ({ lower, upper }: Bucket): boolean => lower <= 0 && upper >= 0;

/** Exponential buckets are even on a logarithmic scale. */
function within({ lower, upper }: Bucket, share: number, linear: boolean): number {
  if (linear) return lower + (upper - lower) * share;
  const [from, to] = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))];
  return lower > 0 ? 2 ** (from + (to - from) * share) : -(2 ** (to + (from - to) * (1 - share)));
}

/** How much of the bucket lies below `value`. */
function shareBelow({ lower, upper }: Bucket, value: number, linear: boolean): number {
  if (linear) return (value - lower) / (upper - lower);
  const [from, to] = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))];
  const at = Math.log2(Math.abs(value));
  return value > 0 ? (at - from) / (to - from) : 1 - (at - to) / (from - to);
}

/** Ends of custom buckets that have none: 0 below where that makes sense, else the one end there is. */
function openEnd({ lower, upper }: Bucket): number | undefined {
  if (lower === -Infinity) return upper <= 0 ? upper : undefined;
  return upper === Infinity ? lower : undefined;
}

function inBuckets(data: HistogramData): number {
  const end = places(data);
  let count = 0;
  for (let place = 0; place < end; place++) count += countAt(data, place);
  return count;
}

const outOfRange = (q: number, data: HistogramData): number | undefined => {
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  return data.count === 0 || Number.isNaN(q) ? NaN : undefined;
};

export function nativeQuantile(q: number, data: HistogramData): NativeQuantile {
  const special = outOfRange(q, data);
  if (special !== undefined) return { value: special };
  const nan = Number.isNaN(data.sum);
  // The shorter way, unless NaN observations lie, so to speak, at the upper end.
  const upward = nan || q < 0.5;
  const rank = (upward ? q : 1 - q) * data.count;
  const reached = reach(data, rank, upward);
  let { bucket } = reached;
  if (isCustom(data)) {
    const end = openEnd(bucket);
    if (end !== undefined) return { value: end };
    if (bucket.lower === -Infinity) bucket = { ...bucket, lower: 0 };
  } else if (bucket.lower < 0 && bucket.upper > 0) bucket = oneSided(bucket, data);
  // Rounding may bring the buckets above the count.
  const count = Math.min(reached.count, data.count);
  if (count < rank) return nan ? { value: NaN, nan: 'result' } : { value: bucket.upper };
  const share = (upward ? rank - (count - bucket.count) : count - rank) / bucket.count;
  const value = within(bucket, share, isCustom(data) || crossesZero(bucket));
  return nan && inBuckets(data) < data.count ? { value, nan: 'skew' } : { value };
}

/** How many observations lie below `value`. */
function rankOf(value: number, data: HistogramData): number {
  let before = 0;
  const end = places(data);
  for (let place = 0; place < end; place++) {
    const whole = bucketAt(data, place);
    const zero = crossesZero(whole);
    const bucket = zero ? oneSided(whole, data) : whole;
    if (bucket.lower >= value) return before;
    if (bucket.upper > value) {
      const linear = isCustom(data) || zero;
      if (linear && bucket.lower === -Infinity) return bucket.count;
      return before + bucket.count * shareBelow(bucket, value, linear);
    }
    before += bucket.count;
  }
  return Infinity;
}

export function nativeFraction(lower: number, upper: number, data: HistogramData): NativeFraction {
  if (data.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) {
    return { value: NaN, nan: false };
  }
  if (lower >= upper) return { value: 0, nan: false };
  const all = Number.isNaN(data.sum) ? inBuckets(data) : data.count;
  const below = (value: number) => Math.min(rankOf(value, data), all);
  return { value: (below(upper) - below(lower)) / data.count, nan: all < data.count };
}
