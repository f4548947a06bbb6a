/** What a native histogram consists of, apart from what it can do; `float-histogram.ts` is the class. */
import { CUSTOM_SCHEMA, customBound, exponentialBound } from './bounds.ts';
import type { Buckets } from './buckets.ts';

export type CounterReset = 'unknown' | 'reset' | 'not-reset' | 'gauge';

export interface HistogramData {
  /** -4 to 8, or -53: custom buckets. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: Buckets;
  /** Their bounds are mirrored: index i ends, going down, at -bound(i). */
  readonly negative: Buckets;
  /** Upper bounds, ascending, of schema -53; else empty. */
  readonly customBounds: readonly number[];
  readonly counterReset: CounterReset;
}

/** `rule` as in HistogramValue: 0 open left, 1 open right, 2 open both, 3 closed both. */
export interface Bucket {
  readonly rule: 0 | 1 | 2 | 3;
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

export const isCustom = (data: HistogramData): boolean => data.schema === CUSTOM_SCHEMA;

/** Upper end of a positive bucket; of a negative one its absolute lower end. */
export const boundOf = (data: HistogramData, index: number): number =>
  isCustom(data) ? customBound(index, data.customBounds) : exponentialBound(index, data.schema);

export function positiveBucket(data: HistogramData, i: number): Bucket {
  const index = data.positive.indexes[i] as number;
  return {
    rule: isCustom(data) && index === 0 ? 3 : 0,
    lower: boundOf(data, index - 1),
    upper: boundOf(data, index),
    count: data.positive.counts[i] as number,
  };
}

export function negativeBucket(data: HistogramData, i: number): Bucket {
  const index = data.negative.indexes[i] as number;
  return {
    rule: 1,
    lower: -boundOf(data, index),
    upper: -boundOf(data, index - 1),
    count: data.negative.counts[i] as number,
  };
}

export const zeroBucket = (data: HistogramData): Bucket => ({
  rule: 3,
  lower: -data.zeroThreshold,
  upper: data.zeroThreshold,
  count: data.zeroCount,
});
