/** Quantiles and fractions of classic histograms: buckets by upper bound, counts cumulative. */

export interface ClassicBucket {
  readonly upperBound: number;
  readonly count: number;
}

export interface BucketQuantile {
  readonly value: number;
  /** Counts fell from one bucket to the next, and were raised: an info. */
  readonly forced?: Forced;
}

/** Which buckets were raised, and by how much at most. */
export interface Forced {
  readonly from: number;
  readonly to: number;
  readonly maxDifference: number;
}

/** Differences of this share are rounding, not counts. */
const TOLERANCE = 1e-12;

interface Repaired {
  readonly bounds: Float64Array;
  readonly counts: Float64Array;
  readonly forced?: Forced;
}

/** In order of bounds, those with the same bound added up. */
function merged(buckets: readonly ClassicBucket[]): Repaired {
  const sorted = [...buckets].sort((a, b) => a.upperBound - b.upperBound || 0);
  const bounds: number[] = [];
  const counts: number[] = [];
  for (const { upperBound, count } of sorted) {
    const last = bounds.length - 1;
    if (bounds[last] === upperBound) counts[last] = (counts[last] as number) + count;
    else {
      bounds.push(upperBound);
      counts.push(count);
    }
  }
  return { bounds: Float64Array.from(bounds), counts: Float64Array.from(counts) };
}

const nearlyEqual = (a: number, b: number): boolean => {
  if (a === b) return true;
  const [difference, sum] = [Math.abs(a - b), Math.abs(a) + Math.abs(b)];
  if (a === 0 || b === 0 || sum < 2.2250738585072014e-308) {
    return difference < TOLERANCE * 2.2250738585072014e-308;
  }
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
};

/** Counts that never fall: tiny differences are dropped, falls are raised to what was before. */
function monotonic({ bounds, counts }: Repaired): Repaired {
  let previous = counts[0] as number;
  let forced: Forced | undefined;
  for (let i = 1; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count === previous) continue;
    if (nearlyEqual(previous, count) || count < previous) {
      if (!nearlyEqual(previous, count)) {
        forced = widened(forced, bounds[i] as number, previous - count);
      }
      counts[i] = previous;
    } else previous = count;
  }
  return forced === undefined ? { bounds, counts } : { bounds, counts, forced };
}

const widened = (forced: Forced | undefined, bound: number, difference: number): Forced => ({
  from: Math.min(forced?.from ?? bound, bound),
  to: Math.max(forced?.to ?? bound, bound),
  maxDifference: Math.max(forced?.maxDifference ?? 0, difference),
});

const endsInfinite = (buckets: readonly ClassicBucket[]): boolean =>
  buckets.some(({ upperBound }) => upperBound === Infinity);

/** Where `rank` lies, linear within a bucket; a bucket that begins the histogram begins at 0. */
function valueAt(rank: number, { bounds, counts }: Repaired): number {
  const last = counts.length - 1;
  let i = 0;
  while (i < last && !((counts[i] as number) >= rank)) i++;
  if (i === last) return bounds[last - 1] as number;
  const upper = bounds[i] as number;
  if (i === 0) return upper <= 0 ? upper : upper * (rank / (counts[0] as number));
  const [lower, before] = [bounds[i - 1] as number, counts[i - 1] as number];
  const share = (rank - before) / ((counts[i] as number) - before);
  return lower + (upper - lower) * share;
}

/** NaN without observations, without a bucket to +Inf, or without another one beside it. */
export function bucketQuantile(q: number, buckets: readonly ClassicBucket[]): BucketQuantile {
  if (Number.isNaN(q)) return { value: NaN };
  if (q < 0) return { value: -Infinity };
  if (q > 1) return { value: Infinity };
  if (!endsInfinite(buckets)) return { value: NaN };
  const repaired = monotonic(merged(buckets));
  const note = repaired.forced === undefined ? {} : { forced: repaired.forced };
  const observations = repaired.counts.at(-1) as number;
  if (repaired.counts.length < 2 || observations === 0) return { value: NaN, ...note };
  return { value: valueAt(q * observations, repaired), ...note };
}

/** How many observations lie below `value`. */
function rankOf(value: number, { bounds, counts }: Repaired): number {
  let before = 0;
  let lower = (bounds[0] as number) <= 0 ? -Infinity : 0;
  for (let i = 0; i < bounds.length; i++) {
    const [upper, count] = [bounds[i] as number, counts[i] as number];
    if (lower >= value) return before;
    if (upper > value) {
      if (lower === -Infinity) return count;
      return before + ((count - before) * (value - lower)) / (upper - lower);
    }
    before = count;
    lower = upper;
  }
  return before;
}

/** The share of observations between the two; the inverse of the quantile. */
export function bucketFraction(
  lower: number,
  upper: number,
  buckets: readonly ClassicBucket[],
): number {
  if (!endsInfinite(buckets)) return NaN;
  const repaired = merged(buckets);
  const observations = repaired.counts.at(-1) as number;
  if (observations === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN;
  if (lower >= upper) return 0;
  const below = (value: number) => Math.min(rankOf(value, repaired), observations);
  return (below(upper) - below(lower)) / observations;
}
