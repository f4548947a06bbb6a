/** Native histograms of any shape, for tests of laws. */
import fc from 'fast-check';
import { type Buckets, denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import {
  FloatHistogram,
  type HistogramInit,
} from '../../../collector/promql/histogram/float-histogram.ts';

export const of = (init: Partial<HistogramInit>) =>
  FloatHistogram.of({ schema: 0, count: 0, sum: 0, ...init });

export const side = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1000 })), {
    maxLength: 8,
  })
  .map((runs): Buckets => {
    let index = -10;
    const indexes = runs.map(([gap]) => (index += gap + 1));
    return { indexes: Int32Array.from(indexes), counts: Float64Array.from(runs, ([, n]) => n) };
  });

const total = (buckets: Buckets): number => buckets.counts.reduce((a, b) => a + b, 0);

/** Integers, so that sums are exact; the narrowest threshold lies within the buckets' range. */
export const exponential = fc
  .record({
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.constantFrom(0, 1e-128, 0.001, 0.3),
    zeroCount: fc.integer({ min: 0, max: 100 }),
    sum: fc.integer({ min: -1000, max: 1000 }),
    positive: side,
    negative: side,
  })
  .map((init) =>
    of({ ...init, count: init.zeroCount + total(init.positive) + total(init.negative) }),
  );

const custom = fc
  .record({
    bounds: fc.uniqueArray(fc.integer({ min: -10, max: 10 }), { maxLength: 6 }),
    counts: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 7, maxLength: 7 }),
  })
  .map(({ bounds, counts }) => {
    const positive = denseBuckets(0, counts.slice(0, bounds.length + 1));
    const customBounds = bounds.sort((a, b) => a - b);
    return of({ schema: -53, customBounds, positive, count: total(positive), sum: 7 });
  });

export const pair = fc.oneof(fc.tuple(exponential, exponential), fc.tuple(custom, custom));
export const sum = (a: FloatHistogram, b: FloatHistogram) => a.add(b)?.histogram as FloatHistogram;
export const difference = (a: FloatHistogram, b: FloatHistogram) =>
  a.sub(b)?.histogram as FloatHistogram;
export const populated = (histogram: FloatHistogram): number =>
  histogram.zeroCount + total(histogram.positive) + total(histogram.negative);
