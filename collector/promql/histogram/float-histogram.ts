/**
 * A native histogram: immutable, buckets with their own counts. Anything that combines two says by
 * `undefined` that one has custom buckets and the other has not.
 */
import type { HistogramValue } from '../../core/query/engine.ts';
import { aligned, jointReset, reduced, resetsCollide } from './align.ts';
import { CUSTOM_SCHEMA } from './bounds.ts';
import {
  addBuckets,
  type Buckets,
  compacted,
  mapCounts,
  NO_BUCKETS,
  sameBuckets,
  spanCount,
} from './buckets.ts';
import { sameBounds } from './custom-bounds.ts';
import type { Bucket, CounterReset, HistogramData } from './data.ts';
import { histogramText } from './histogram-text.ts';
import { isInfinite } from './kahan.ts';
import {
  type NativeFraction,
  type NativeQuantile,
  nativeFraction,
  nativeQuantile,
} from './quantile.ts';
import { wasReset } from './reset.ts';
import { trimmed } from './trim.ts';
import { populated } from './walk.ts';

export type HistogramInit = Pick<HistogramData, 'schema' | 'count' | 'sum'> &
  Partial<HistogramData>;

export interface Combined {
  readonly histogram: FloatHistogram;
  /** One was a reset, the other was none: a warning. */
  readonly collided: boolean;
  /** Custom bounds differed, the shared ones are left: an info. */
  readonly reconciled: boolean;
}

/** Bytes of the structure in Prometheus, whose limits count a sample for every 16. */
const FIXED_BYTES = 168;

export class FloatHistogram implements HistogramValue, HistogramData {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  readonly customBounds: readonly number[];
  readonly counterReset: CounterReset;

  private constructor(init: HistogramInit) {
    this.schema = init.schema;
    this.zeroThreshold = init.zeroThreshold ?? 0;
    this.zeroCount = init.zeroCount ?? 0;
    this.count = init.count;
    this.sum = init.sum;
    this.positive = init.positive ?? NO_BUCKETS;
    this.negative = init.negative ?? NO_BUCKETS;
    this.customBounds = init.customBounds ?? [];
    this.counterReset = init.counterReset ?? 'unknown';
  }

  /** Trusts its caller: schema and buckets fit each other (see buckets.ts for how to make them). */
  static of(init: HistogramInit): FloatHistogram {
    return new FloatHistogram(init);
  }

  /** No observations, the bounds of `like`. */
  static emptyLike(like: FloatHistogram): FloatHistogram {
    return new FloatHistogram({
      schema: like.schema,
      customBounds: like.customBounds,
      count: 0,
      sum: 0,
    });
  }

  get usesCustomBuckets(): boolean {
    return this.schema === CUSTOM_SCHEMA;
  }

  add(other: FloatHistogram): Combined | undefined {
    return this.combine(other, 1);
  }

  /** For the `-` of PromQL, mark the result as a gauge. */
  sub(other: FloatHistogram): Combined | undefined {
    return this.combine(other, -1);
  }

  private combine(other: FloatHistogram, sign: 1 | -1): Combined | undefined {
    const pair = aligned(this, other);
    if (pair === undefined) return undefined;
    const { a, b, reconciled } = pair;
    const positive = addBuckets(a.positive, b.positive, sign);
    const histogram = new FloatHistogram({
      ...a,
      zeroCount: a.zeroCount + sign * b.zeroCount,
      count: a.count + sign * b.count,
      sum: a.sum + sign * b.sum,
      positive: reconciled ? compacted(positive) : positive,
      negative: addBuckets(a.negative, b.negative, sign),
      counterReset: jointReset(this.counterReset, other.counterReset),
    });
    const collided = resetsCollide(this.counterReset, other.counterReset);
    return { histogram, collided, reconciled };
  }

  mul(factor: number): FloatHistogram {
    return this.scaled((count) => count * factor, factor < 0);
  }

  /** By zero: no buckets are left. */
  div(divisor: number): FloatHistogram {
    const quotient = this.scaled((count) => count / divisor, divisor < 0);
    if (divisor !== 0) return quotient;
    return quotient.with({ positive: NO_BUCKETS, negative: NO_BUCKETS });
  }

  private scaled(to: (count: number) => number, turned: boolean): FloatHistogram {
    return this.with({
      zeroCount: to(this.zeroCount),
      count: to(this.count),
      sum: to(this.sum),
      positive: mapCounts(this.positive, to),
      negative: mapCounts(this.negative, to),
      counterReset: turned ? 'gauge' : this.counterReset,
    });
  }

  private with(changes: Partial<HistogramData>): FloatHistogram {
    return changed(this, changes);
  }

  withCounterReset(counterReset: CounterReset): FloatHistogram {
    return counterReset === this.counterReset ? this : this.with({ counterReset });
  }

  /** Without empty buckets. */
  compact(): FloatHistogram {
    const [positive, negative] = [compacted(this.positive), compacted(this.negative)];
    if (positive === this.positive && negative === this.negative) return this;
    return this.with({ positive, negative });
  }

  /** To a lower resolution; not for custom buckets. */
  toSchema(schema: number): FloatHistogram {
    return schema === this.schema ? this : new FloatHistogram(reduced(this, schema));
  }

  /** PromQL's `</`: only what lies below `bound`. */
  trimUpper(bound: number): FloatHistogram {
    return new FloatHistogram(trimmed(this, bound, true));
  }

  /** PromQL's `>/`: only what lies above `bound`. */
  trimLower(bound: number): FloatHistogram {
    return new FloatHistogram(trimmed(this, bound, false));
  }

  /** Same data, empty buckets included; the counter reset does not matter. */
  equals(other: FloatHistogram): boolean {
    return (
      this.schema === other.schema &&
      this.zeroThreshold === other.zeroThreshold &&
      Object.is(this.zeroCount, other.zeroCount) &&
      Object.is(this.count, other.count) &&
      Object.is(this.sum, other.sum) &&
      sameBounds(this.customBounds, other.customBounds) &&
      sameBuckets(this.positive, other.positive) &&
      sameBuckets(this.negative, other.negative)
    );
  }

  /** Whether a counter started anew between `previous` and this. */
  detectReset(previous: FloatHistogram): boolean {
    return wasReset(this, previous);
  }

  /** What histogram_quantile makes of it. */
  quantile(q: number): NativeQuantile {
    return nativeQuantile(q, this);
  }

  /** The share of observations between the two. */
  fraction(lower: number, upper: number): NativeFraction {
    return nativeFraction(lower, upper, this);
  }

  /** How many samples this counts as. */
  get size(): number {
    const elements =
      this.positive.counts.length + this.negative.counts.length + this.customBounds.length;
    const spans = spanCount(this.positive) + spanCount(this.negative);
    return Math.floor((FIXED_BYTES + 8 + 8 * (elements + spans)) / 16);
  }

  /** Some number in it is infinite. */
  get overflows(): boolean {
    return (
      [this.zeroCount, this.count, this.sum].some(isInfinite) ||
      hasInfinite(this.positive.counts) ||
      hasInfinite(this.negative.counts)
    );
  }

  buckets(): Iterable<Bucket> {
    return populated(this);
  }

  toString(): string {
    return histogramText(this);
  }
}

const changed = (data: HistogramData, changes: Partial<HistogramData>): FloatHistogram =>
  FloatHistogram.of({ ...data, ...changes });

function hasInfinite(counts: Float64Array): boolean {
  for (let i = 0; i < counts.length; i++) if (isInfinite(counts[i] as number)) return true;
  return false;
}
