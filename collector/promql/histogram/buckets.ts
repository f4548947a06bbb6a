/** One side of a native histogram: the buckets that are there, by index, with their own counts. */
import { coarserIndex } from './bounds.ts';

/** Indexes ascend, each once. A bucket may be there with a count of zero. */
export interface Buckets {
  readonly indexes: Int32Array;
  readonly counts: Float64Array;
}

/** As Prometheus writes runs of buckets: the gap before (first: the index), and how many follow. */
export interface BucketSpan {
  readonly offset: number;
  readonly length: number;
}

export const NO_BUCKETS: Buckets = { indexes: new Int32Array(0), counts: new Float64Array(0) };

/** Adjacent buckets, the first with index `offset`. */
export function denseBuckets(offset: number, counts: ArrayLike<number>): Buckets {
  if (counts.length === 0) return NO_BUCKETS;
  const indexes = Int32Array.from({ length: counts.length }, (_, i) => offset + i);
  return { indexes, counts: Float64Array.from(counts) };
}

/** Throws a RangeError when spans and counts do not fit each other. */
export function spanBuckets(spans: readonly BucketSpan[], counts: ArrayLike<number>): Buckets {
  const indexes = new Int32Array(counts.length);
  let at = 0;
  let next = 0;
  spans.forEach((span, i) => {
    if (i > 0 && span.offset < 0) throw new RangeError(`span ${i} has a negative offset`);
    next += span.offset;
    for (let n = 0; n < span.length; n++) indexes[at++] = next++;
  });
  if (at !== counts.length) {
    throw new RangeError(`spans need ${at} buckets, have ${counts.length} buckets`);
  }
  return { indexes, counts: Float64Array.from(counts) };
}

export function spanCount({ indexes }: Buckets): number {
  let spans = 0;
  for (let i = 0; i < indexes.length; i++) {
    if (i === 0 || indexes[i] !== (indexes[i - 1] as number) + 1) spans++;
  }
  return spans;
}

// The loops below are written out: the callbacks of typed arrays take several times as long.

export function mapCounts(buckets: Buckets, to: (count: number) => number): Buckets {
  const { indexes, counts } = buckets;
  if (counts.length === 0) return buckets;
  const mapped = new Float64Array(counts.length);
  for (let i = 0; i < counts.length; i++) mapped[i] = to(counts[i] as number);
  return { indexes, counts: mapped };
}

/** Without those that `keep` refuses. */
export function keepBuckets(
  buckets: Buckets,
  keep: (index: number, count: number) => boolean,
): Buckets {
  const { indexes, counts } = buckets;
  const keeps = (i: number) => keep(indexes[i] as number, counts[i] as number);
  let size = 0;
  for (let i = 0; i < counts.length; i++) if (keeps(i)) size++;
  if (size === counts.length) return buckets;
  const kept = { indexes: new Int32Array(size), counts: new Float64Array(size) };
  for (let i = 0, to = 0; i < counts.length; i++) {
    if (!keeps(i)) continue;
    kept.indexes[to] = indexes[i] as number;
    kept.counts[to++] = counts[i] as number;
  }
  return kept;
}

export const compacted = (buckets: Buckets): Buckets => keepBuckets(buckets, (_, n) => n !== 0);

/** Gives each bucket a new index; those that get the same are added up. `to` never descends. */
export function moveBuckets(buckets: Buckets, to: (index: number) => number): Buckets {
  const indexes = new Int32Array(buckets.indexes.length);
  const counts = new Float64Array(indexes.length);
  let last = -1;
  for (let i = 0; i < indexes.length; i++) {
    const index = to(buckets.indexes[i] as number);
    if (last < 0 || indexes[last] !== index) indexes[++last] = index;
    counts[last] = (counts[last] as number) + (buckets.counts[i] as number);
  }
  return { indexes: indexes.slice(0, last + 1), counts: counts.slice(0, last + 1) };
}

export const toSchema = (buckets: Buckets, from: number, to: number): Buckets =>
  from === to ? buckets : moveBuckets(buckets, (index) => coarserIndex(index, from, to));

export function sameIndexes({ indexes: a }: Buckets, { indexes: b }: Buckets): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const sameBuckets = (a: Buckets, b: Buckets): boolean =>
  sameIndexes(a, b) && a.counts.every((count, i) => Object.is(count, b.counts[i]));

/** Every index of either, once. */
export function jointIndexes(a: Int32Array, b: Int32Array): Int32Array {
  const joint = new Int32Array(a.length + b.length);
  let n = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; n++) {
    const left = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    joint[n] = Math.min(left, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return joint.slice(0, n);
}

/** The counts at `indexes`, which holds at least all indexes of `buckets`. */
export function spread(buckets: Buckets, indexes: Int32Array): Float64Array {
  const counts = new Float64Array(indexes.length);
  for (let i = 0, j = 0; j < buckets.indexes.length; i++) {
    if (indexes[i] === buckets.indexes[j]) counts[i] = buckets.counts[j++] as number;
  }
  return counts;
}

/** a + sign * b. */
export function addBuckets(a: Buckets, b: Buckets, sign: 1 | -1): Buckets {
  if (b.indexes.length === 0) return a;
  const same = sameIndexes(a, b);
  const indexes = same ? a.indexes : jointIndexes(a.indexes, b.indexes);
  const ours = same ? a.counts : spread(a, indexes);
  const others = same ? b.counts : spread(b, indexes);
  const counts = new Float64Array(indexes.length);
  for (let i = 0; i < counts.length; i++) {
    counts[i] = (ours[i] as number) + sign * (others[i] as number);
  }
  return { indexes, counts };
}
