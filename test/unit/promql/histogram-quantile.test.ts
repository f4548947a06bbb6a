import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import {
  FloatHistogram,
  type HistogramInit,
} from '../../../collector/promql/histogram/float-histogram.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const of = (init: Partial<HistogramInit>) =>
  FloatHistogram.of({ schema: 0, count: 0, sum: 0, ...init });
const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

const counts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 });
const exponential = fc
  .tuple(counts, counts, fc.integer({ min: 0, max: 20 }), fc.integer({ min: -2, max: 4 }))
  .map(([up, down, zeroCount, schema]) =>
    of({
      schema,
      zeroCount,
      zeroThreshold: 2 ** -20,
      positive: denseBuckets(-2, up),
      negative: denseBuckets(-2, down),
      count: total(up) + total(down) + zeroCount,
    }),
  );
const custom = counts.map((list) =>
  of({
    schema: -53,
    customBounds: list.slice(1).map((_, i) => i + 1),
    positive: denseBuckets(0, list),
    count: total(list),
  }),
);
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('quantile', () => {
  it('never falls as q rises, and lies within the outermost buckets', () => {
    fc.assert(
      fc.property(fc.oneof(exponential, custom), share, share, (histogram, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map(
          (q) => histogram.quantile(q).value,
        );
        expect(low).toBeLessThanOrEqual((high as number) + 1e-9 * Math.abs(high as number));
        const [lowest, highest] = [[...histogram.buckets()][0], [...histogram.buckets()].at(-1)];
        expect(low).toBeGreaterThanOrEqual((lowest?.lower as number) * (1 + 1e-12));
        expect(high).toBeLessThanOrEqual((highest?.upper as number) * (1 + 1e-12));
      }),
    );
  });

  it('is undone by fraction', () => {
    fc.assert(
      fc.property(exponential, share, (histogram, q) => {
        const { value } = histogram.quantile(q);
        expect(histogram.fraction(-inf, value).value).toBeCloseTo(q, 6);
      }),
    );
  });

  it('interpolates on the logarithmic scale of the buckets', () => {
    const up = of({ count: 2, positive: denseBuckets(3, [2]) });
    expect(up.quantile(0.5).value).toBeCloseTo(2 ** 2.5, 12);
    const down = of({ count: 2, negative: denseBuckets(3, [2]) });
    expect(down.quantile(0.25).value).toBeCloseTo(-(2 ** 2.75), 12);
  });

  it('takes the zero bucket for one-sided when the other buckets are', () => {
    const zero = { zeroThreshold: 1, zeroCount: 2, count: 4 };
    expect(of({ ...zero, positive: denseBuckets(1, [2]) }).quantile(0.25).value).toBe(0.5);
    expect(of({ ...zero, negative: denseBuckets(1, [2]) }).quantile(0.75).value).toBe(-0.5);
    expect(of({ ...zero, count: 2 }).quantile(0.25).value).toBe(-0.5);
  });

  it('takes 0 for the lower end of the first custom bucket, and ends at the last bound', () => {
    const histogram = of({
      schema: -53,
      customBounds: [2, 4],
      count: 4,
      positive: denseBuckets(0, [2, 1, 1]),
    });
    expect([0.25, 0.75, 1].map((q) => histogram.quantile(q).value)).toEqual([1, 4, 4]);
    const below = of({ schema: -53, customBounds: [-2], count: 1, positive: denseBuckets(0, [1]) });
    expect(below.quantile(0.5).value).toBe(-2);
  });

  it('is infinite beyond 0 and 1, and NaN without observations', () => {
    const one = of({ count: 1, positive: denseBuckets(1, [1]) });
    expect([-0.1, 1.1, nan].map((q) => one.quantile(q).value)).toEqual([-inf, inf, nan]);
    expect(of({}).quantile(0.5).value).toBe(nan);
  });

  it('says when observations of NaN have a part in it', () => {
    const histogram = of({ count: 15, sum: nan, positive: denseBuckets(0, [12]) });
    expect(histogram.quantile(1)).toEqual({ value: nan, nan: 'result' });
    expect(histogram.quantile(0.8)).toEqual({ value: 1, nan: 'skew' });
    const infinities = of({ count: 12, sum: nan, positive: denseBuckets(0, [12]) });
    expect(infinities.quantile(1)).toEqual({ value: 1 });
  });
});

describe('fraction', () => {
  it('of everything is 1, of parts adds up', () => {
    const value = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(exponential, custom), value, value, (histogram, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const parts = [
          [-inf, low],
          [low, high],
          [high, inf],
        ] as const;
        const shares = parts.map(([from, to]) => histogram.fraction(from, to).value);
        expect(histogram.fraction(-inf, inf).value).toBeCloseTo(1, 9);
        if (low < high) expect(total(shares)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('is 0 of nothing, NaN without observations or bounds', () => {
    const one = of({ count: 1, positive: denseBuckets(1, [1]) });
    expect(one.fraction(2, 1).value).toBe(0);
    expect(one.fraction(nan, 1).value).toBe(nan);
    expect(of({}).fraction(0, 1).value).toBe(nan);
  });

  it('leaves out observations of NaN, and says so', () => {
    const histogram = of({ count: 4, sum: nan, positive: denseBuckets(1, [3]) });
    expect(histogram.fraction(-inf, inf)).toEqual({ value: 0.75, nan: true });
  });
});

describe('trim', () => {
  it('parts a histogram in two that count as many as the whole', () => {
    const bound = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(exponential, bound, (histogram, at) => {
        const [below, above] = [histogram.trimUpper(at), histogram.trimLower(at)];
        expect(below.count + above.count).toBeCloseTo(histogram.count, 6);
      }),
    );
  });

  it('agrees with fraction', () => {
    fc.assert(
      fc.property(exponential, fc.double({ min: -4, max: 4, noNaN: true }), (histogram, at) => {
        const kept = histogram.trimUpper(at).count / histogram.count;
        expect(kept).toBeCloseTo(histogram.fraction(-inf, at).value, 6);
      }),
    );
  });

  it('leaves a histogram as it is, sum included, that lies on the kept side', () => {
    const histogram = of({ count: 3, sum: 99, positive: denseBuckets(1, [1, 2]) });
    expect(histogram.trimLower(-inf).equals(histogram)).toBe(true);
    expect(histogram.trimUpper(4).equals(histogram)).toBe(true);
    expect(String(histogram.trimUpper(2))).toBe(`{count:1, sum:${Math.SQRT2}, (1,2]:1}`);
  });

  it('cuts custom buckets on a straight line, the first from 0 on', () => {
    const histogram = of({
      schema: -53,
      customBounds: [2, 4],
      count: 6,
      positive: denseBuckets(0, [2, 2, 2]),
    });
    expect(String(histogram.trimUpper(3))).toBe('{count:3, sum:4.5, [-Inf,2]:2, (2,4]:1}');
    expect(String(histogram.trimUpper(1))).toBe('{count:1, sum:0.5, [-Inf,2]:1}');
    expect(String(histogram.trimLower(5))).toBe('{count:2, sum:10, (4,+Inf]:2}');
  });
});
