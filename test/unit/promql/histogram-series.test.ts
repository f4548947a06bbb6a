/** What comes of native histograms one after the other: resets, sums, means. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import type {
  FloatHistogram,
  HistogramInit,
} from '../../../collector/promql/histogram/float-histogram.ts';
import { HistogramMean, HistogramSum } from '../../../collector/promql/histogram/histogram-sum.ts';
import { exponential, of, sum } from './histogram-samples.ts';

describe('resets', () => {
  const counts = (values: readonly number[], init: Partial<HistogramInit> = {}) =>
    of({ count: values.reduce((a, b) => a + b, 0), positive: denseBuckets(1, values), ...init });

  it('are not seen when all that is there grows, whatever the schema becomes', () => {
    fc.assert(
      fc.property(exponential, exponential, (before, more) => {
        const now = sum(before, more).withCounterReset('unknown');
        expect(now.detectReset(before)).toBe(false);
      }),
    );
  });

  it('are seen when a count falls, or a populated bucket is missing', () => {
    expect(counts([1, 1]).detectReset(counts([2, 1]))).toBe(true);
    expect(counts([3, 1]).detectReset(counts([1, 2]))).toBe(true);
    expect(counts([9]).detectReset(counts([1, 2]))).toBe(true);
    expect(counts([9]).detectReset(counts([1, 0]))).toBe(false);
  });

  it('are seen by a finer schema, a narrower zero bucket, or one that cuts a bucket', () => {
    expect(counts([9], { schema: 1 }).detectReset(counts([1]))).toBe(true);
    expect(counts([9]).detectReset(counts([1], { zeroThreshold: 0.1 }))).toBe(true);
    expect(counts([9], { zeroThreshold: 1.5 }).detectReset(counts([1]))).toBe(true);
  });

  it('are what the histogram itself says', () => {
    expect(counts([9], { counterReset: 'reset' }).detectReset(counts([1]))).toBe(true);
    expect(counts([1], { counterReset: 'not-reset' }).detectReset(counts([9]))).toBe(false);
  });

  it('are seen on shared custom bounds', () => {
    const bounds = (customBounds: readonly number[]) => ({ schema: -53, customBounds });
    const before = of({ ...bounds([1, 2]), count: 3, positive: denseBuckets(0, [1, 2]) });
    const moved = of({ ...bounds([2]), count: 4, positive: denseBuckets(0, [4]) });
    expect(moved.detectReset(before)).toBe(false);
    const fallen = of({ ...bounds([2, 5]), count: 4, positive: denseBuckets(0, [2, 2]) });
    expect(fallen.detectReset(before)).toBe(true);
    expect(of({ ...bounds([1]), count: 9 }).detectReset(counts([1]))).toBe(true);
  });
});

describe('running sums and means', () => {
  it('are those of adding one by one', () => {
    fc.assert(
      fc.property(fc.array(exponential, { minLength: 1, maxLength: 6 }), (all) => {
        const [first, ...rest] = all as [FloatHistogram, ...FloatHistogram[]];
        const running = new HistogramSum(first);
        const mean = new HistogramMean(first);
        let plain = first;
        for (const histogram of rest) {
          expect(running.add(histogram) && mean.add(histogram)).toBe(true);
          plain = sum(plain, histogram);
        }
        expect(running.value.compact().equals(plain.compact())).toBe(true);
        expect(mean.value.count).toBeCloseTo(plain.count / all.length, 9);
      }),
    );
  });

  it('keep what rounding takes, in every bucket', () => {
    const big = of({ count: 1e100, sum: 1e100, positive: denseBuckets(1, [1e100]) });
    const one = of({ count: 1, sum: 1, positive: denseBuckets(1, [1]) });
    const running = new HistogramSum(big);
    running.add(one);
    running.add(big.mul(-1));
    expect(String(running.value)).toBe('{count:1, sum:1, (1,2]:1}');
  });

  it('mean what would overflow a sum', () => {
    const huge = of({ count: 1e308, sum: 1e308, positive: denseBuckets(1, [1e308]) });
    const mean = new HistogramMean(huge);
    for (let i = 0; i < 3; i++) mean.add(huge);
    expect(mean.value.count / 1e308).toBeCloseTo(1, 12);
  });

  it('refuse custom buckets among exponential ones', () => {
    expect(new HistogramSum(of({})).add(of({ schema: -53 }))).toBe(false);
  });
});
