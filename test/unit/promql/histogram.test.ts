import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialBound } from '../../../collector/promql/histogram/bounds.ts';
import {
  type Buckets,
  denseBuckets,
  spanBuckets,
} from '../../../collector/promql/histogram/buckets.ts';
import {
  FloatHistogram,
  type HistogramInit,
} from '../../../collector/promql/histogram/float-histogram.ts';
import { HistogramMean, HistogramSum } from '../../../collector/promql/histogram/histogram-sum.ts';

const of = (init: Partial<HistogramInit>) =>
  FloatHistogram.of({ schema: 0, count: 0, sum: 0, ...init });

const side = fc
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
const exponential = fc
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

const pair = fc.oneof(fc.tuple(exponential, exponential), fc.tuple(custom, custom));
const sum = (a: FloatHistogram, b: FloatHistogram) => a.add(b)?.histogram as FloatHistogram;
const difference = (a: FloatHistogram, b: FloatHistogram) => a.sub(b)?.histogram as FloatHistogram;
const populated = (histogram: FloatHistogram): number =>
  histogram.zeroCount + total(histogram.positive) + total(histogram.negative);

describe('bounds', () => {
  it('are powers of two, cut evenly on a logarithmic scale', () => {
    expect([-1, 0, 1, 2].map((i) => exponentialBound(i, 0))).toEqual([0.5, 1, 2, 4]);
    expect([0, 1, 2].map((i) => exponentialBound(i, -2))).toEqual([1, 16, 256]);
    expect([0, 1, 2, 3, 4].map((i) => exponentialBound(i, 2))).toEqual([
      1,
      1.189207115002721,
      Math.SQRT2,
      1.681792830507429,
      2,
    ]);
  });

  it('of a schema are among those of the next finer one', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4, max: 7 }), fc.integer({ min: -60, max: 60 }), (s, i) => {
        expect(exponentialBound(i, s)).toBe(exponentialBound(2 * i, s + 1));
      }),
    );
  });

  it('end at the largest double, and begin below the smallest normal one', () => {
    expect(exponentialBound(1024, 0)).toBe(Number.MAX_VALUE);
    expect(exponentialBound(1025, 0)).toBe(Infinity);
    expect(exponentialBound(-1074, 0)).toBe(Number.MIN_VALUE);
    expect(exponentialBound(64, -4)).toBe(Number.MAX_VALUE);
  });
});

describe('buckets by spans', () => {
  it('stand where the spans say', () => {
    const buckets = spanBuckets(
      [
        { offset: -2, length: 2 },
        { offset: 3, length: 1 },
      ],
      [1, 2, 3],
    );
    expect([...buckets.indexes]).toEqual([-2, -1, 3]);
  });

  it('are refused when they are not as many as the spans say', () => {
    expect(() => spanBuckets([{ offset: 0, length: 2 }], [1])).toThrow('need 2 buckets, have 1');
  });
});

describe('sums and differences', () => {
  it('commute, and keep every observation', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const both = sum(a, b);
        expect(sum(b, a).compact().equals(both.compact())).toBe(true);
        expect(both.count).toBe(a.count + b.count);
        expect(populated(both)).toBe(both.count);
      }),
    );
  });

  it('undo each other where buckets are alike', () => {
    fc.assert(
      fc.property(exponential, side, side, (a, positive, negative) => {
        const b = of({ ...(a as HistogramInit), positive, negative, zeroCount: 3, sum: 5 });
        expect(difference(sum(a, b), b).compact().equals(a.compact())).toBe(true);
      }),
    );
  });

  it('leave their operands alone', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const before = [a, b].map(String);
        sum(a, b);
        difference(a, b);
        expect([a, b].map(String)).toEqual(before);
      }),
    );
  });

  it('come in the coarser schema', () => {
    fc.assert(
      fc.property(exponential, exponential, (a, b) => {
        expect(sum(a, b).schema).toBe(Math.min(a.schema, b.schema));
      }),
    );
  });

  it('take buckets into the wider zero bucket, whole ones only', () => {
    const narrow = of({ count: 6, positive: denseBuckets(-1, [1, 2, 3]) });
    const wide = of({ count: 1, zeroThreshold: 0.7, zeroCount: 1 });
    const both = sum(narrow, wide);
    expect(String(both)).toBe('{count:7, sum:0, [-1,1]:4, (1,2]:3}');
    expect(sum(wide, narrow).equals(both)).toBe(true);
  });

  it('meet on the custom bounds that both have', () => {
    const a = of({
      schema: -53,
      count: 6,
      customBounds: [1, 2, 4],
      positive: denseBuckets(0, [1, 2, 3]),
    });
    const b = of({
      schema: -53,
      count: 9,
      customBounds: [2, 3],
      positive: denseBuckets(0, [4, 0, 5]),
    });
    expect(String(a.add(b)?.histogram)).toBe('{count:15, sum:0, [-Inf,2]:7, (2,+Inf]:8}');
    expect(a.add(b)?.reconciled).toBe(true);
    expect(a.add(a)?.reconciled).toBe(false);
  });

  it('are none of custom and exponential buckets', () => {
    const a = of({ schema: -53, customBounds: [1] });
    expect(a.add(of({}))).toBeUndefined();
    expect(of({}).sub(a)).toBeUndefined();
  });

  it('say what is left of what was known about resets', () => {
    const joint = (a: FloatHistogram['counterReset'], b: FloatHistogram['counterReset']) => {
      const result = of({ counterReset: a }).add(of({ counterReset: b }));
      return [result?.histogram.counterReset, result?.collided];
    };
    expect(joint('reset', 'reset')).toEqual(['reset', false]);
    expect(joint('gauge', 'reset')).toEqual(['gauge', false]);
    expect(joint('unknown', 'not-reset')).toEqual(['unknown', false]);
    expect(joint('reset', 'not-reset')).toEqual(['unknown', true]);
  });
});

describe('products', () => {
  const histogram = of({ count: 6, sum: 3, zeroCount: 1, positive: denseBuckets(1, [2, 3]) });

  it('scale everything, and become gauges below zero', () => {
    expect(String(histogram.mul(2))).toBe('{count:12, sum:6, [-0,0]:2, (1,2]:4, (2,4]:6}');
    expect(histogram.mul(2).div(2).equals(histogram)).toBe(true);
    expect(histogram.mul(-1).counterReset).toBe('gauge');
    expect(histogram.div(-1).counterReset).toBe('gauge');
  });

  it('have no buckets left after a division by 0', () => {
    expect(String(histogram.div(0))).toBe('{count:+Inf, sum:+Inf, [-0,0]:+Inf}');
  });
});

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

describe('resolution', () => {
  it('is reduced in one step or in many alike, and no observation is lost', () => {
    fc.assert(
      fc.property(exponential, fc.nat({ max: 5 }), fc.nat({ max: 5 }), (a, one, two) => {
        const between = Math.max(-4, a.schema - one);
        const target = Math.max(-4, between - two);
        const reduced = a.toSchema(target);
        expect(a.toSchema(between).toSchema(target).equals(reduced)).toBe(true);
        expect(populated(reduced)).toBe(populated(a));
      }),
    );
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

describe('what is shown', () => {
  const histogram = of({
    count: 9,
    sum: 2.5,
    zeroThreshold: 0.001,
    zeroCount: 2,
    negative: denseBuckets(0, [1, 0]),
    positive: denseBuckets(1, [0, 6]),
  });

  it('prints as in Prometheus, numbers as in Go', () => {
    expect(String(histogram)).toBe('{count:9, sum:2.5, [-1,-0.5):1, [-0.001,0.001]:2, (2,4]:6}');
    expect(String(of({ count: 1e6, sum: 1234567, zeroCount: 1e-7 }))).toBe(
      '{count:1e+06, sum:1.234567e+06, [-0,0]:1e-07}',
    );
  });

  it('lists populated buckets, ascending, cut where the zero bucket begins', () => {
    expect([...histogram.buckets()]).toEqual([
      { rule: 1, lower: -1, upper: -0.5, count: 1 },
      { rule: 3, lower: -0.001, upper: 0.001, count: 2 },
      { rule: 0, lower: 2, upper: 4, count: 6 },
    ]);
    const cut = of({ zeroThreshold: 1.5, positive: denseBuckets(1, [6]) });
    expect([...cut.buckets()]).toEqual([{ rule: 0, lower: 1.5, upper: 2, count: 6 }]);
  });

  it('counts as many samples as it takes memory in Prometheus', () => {
    expect(of({}).size).toBe(11);
    expect(histogram.size).toBe(14);
  });
});
