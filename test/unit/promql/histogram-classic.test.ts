import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketFraction,
  bucketQuantile,
  type ClassicBucket,
} from '../../../collector/promql/histogram/classic.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const buckets = (entries: Readonly<Record<string, number>>): ClassicBucket[] =>
  Object.entries(entries).map(([bound, count]) => ({ upperBound: Number(bound), count }));

/** Ascending bounds from above 0 to +Inf, counts cumulative. */
const histogram = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((steps) => {
    let [upperBound, count] = [0, 0];
    const finite = steps.map(([width, own]) => {
      upperBound += width;
      count += own;
      return { upperBound, count };
    });
    return [...finite, { upperBound: inf, count }];
  });

describe('quantile', () => {
  it('is undone by fraction', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(histogram, share, (of, q) => {
        const { value } = bucketQuantile(q, of);
        expect(bucketFraction(-inf, value, of)).toBeCloseTo(q, 9);
      }),
    );
  });

  it('does not depend on the order of buckets, nor on one being given in parts', () => {
    const whole = buckets({ 1: 4, 2: 8, 4: 10, Infinity: 10 });
    const parts = [
      { upperBound: 4, count: 4 },
      ...whole.filter(({ upperBound }) => upperBound !== 4).reverse(),
      { upperBound: 4, count: 6 },
    ];
    expect(bucketQuantile(0.9, parts)).toEqual(bucketQuantile(0.9, whole));
    expect(bucketQuantile(0.9, whole).value).toBe(3);
  });

  it('ends at the last bound, and begins at 0 unless the first bound is below', () => {
    expect(bucketQuantile(0.99, buckets({ 1: 1, Infinity: 100 })).value).toBe(1);
    expect(bucketQuantile(0.05, buckets({ 1: 1, Infinity: 10 })).value).toBe(0.5);
    expect(bucketQuantile(0.05, buckets({ '-1': 1, Infinity: 10 })).value).toBe(-1);
  });

  it('is NaN for what is no histogram', () => {
    expect(bucketQuantile(0.5, []).value).toBe(nan);
    expect(bucketQuantile(0.5, buckets({ 1: 1, 2: 2 })).value).toBe(nan);
    expect(bucketQuantile(0.5, buckets({ Infinity: 2 })).value).toBe(nan);
    expect(bucketQuantile(0.5, buckets({ 1: 0, Infinity: 0 })).value).toBe(nan);
    expect(bucketQuantile(nan, buckets({ 1: 1, Infinity: 2 })).value).toBe(nan);
    expect(bucketQuantile(-1, buckets({ 1: 1, Infinity: 2 })).value).toBe(-inf);
    expect(bucketQuantile(2, buckets({ 1: 1, Infinity: 2 })).value).toBe(inf);
  });

  it('raises counts that fall, and says where', () => {
    const { value, forced } = bucketQuantile(0.5, buckets({ 1: 4, 2: 3, 3: 2, Infinity: 8 }));
    expect(value).toBe(1);
    expect(forced).toEqual({ from: 2, to: 3, maxDifference: 2 });
  });

  it('takes differences in the last digits for rounding', () => {
    const nearly = buckets({ 1: 1, 2: 1 - 1e-15, 3: 1 + 1e-15, Infinity: 2 });
    expect(bucketQuantile(0.75, nearly)).toEqual({ value: 3 });
  });
});

describe('fraction', () => {
  it('of parts adds up to that of the whole', () => {
    const value = fc.double({ min: -5, max: 80, noNaN: true });
    fc.assert(
      fc.property(histogram, value, (of, at) => {
        const whole = bucketFraction(-inf, at, of) + bucketFraction(at, inf, of);
        expect(whole).toBeCloseTo(1, 9);
      }),
    );
  });

  it('is straight within a bucket, none of the last', () => {
    const of = buckets({ 10: 10, 20: 30, Infinity: 40 });
    expect(bucketFraction(5, 15, of)).toBe((20 - 5) / 40);
    expect(bucketFraction(0, 1000, of)).toBe(0.75);
    expect(bucketFraction(10, inf, of)).toBe(0.75);
    expect(bucketFraction(7, 7, of)).toBe(0);
  });

  it('is NaN for what is no histogram', () => {
    expect(bucketFraction(0, 1, [])).toBe(nan);
    expect(bucketFraction(0, 1, buckets({ 1: 1 }))).toBe(nan);
    expect(bucketFraction(nan, 1, buckets({ 1: 1, Infinity: 1 }))).toBe(nan);
    expect(bucketFraction(0, 1, buckets({ 1: 0, Infinity: 0 }))).toBe(nan);
  });
});
