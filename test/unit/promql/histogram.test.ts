import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialBound } from '../../../collector/promql/histogram/bounds.ts';
import { denseBuckets, spanBuckets } from '../../../collector/promql/histogram/buckets.ts';
import type {
  FloatHistogram,
  HistogramInit,
} from '../../../collector/promql/histogram/float-histogram.ts';
import { interpolated } from '../../../collector/promql/histogram/interpolate.ts';
import { difference, exponential, of, pair, populated, side, sum } from './histogram-samples.ts';

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

describe('the line between two', () => {
  it('begins at one, ends at the other, and is straight', () => {
    fc.assert(
      fc.property(pair, fc.double({ min: 0, max: 1, noNaN: true }), ([a, b], share) => {
        const middle = interpolated(a, b, share, false)?.histogram as FloatHistogram;
        expect(middle.count).toBeCloseTo(a.count + (b.count - a.count) * share, 6);
        expect(interpolated(a, b, 0, true)?.histogram).toBe(a);
        expect(interpolated(a, b, 1, true)?.histogram).toBe(b);
      }),
    );
  });

  it('rises from nothing after a reset, and says which bounds were reconciled', () => {
    const counts = (n: number, init = {}) =>
      of({ count: n, positive: denseBuckets(1, [n]), ...init });
    expect(interpolated(counts(8), counts(2), 0.5, true)?.histogram.count).toBe(1);
    expect(interpolated(counts(8), counts(2), 0.5, false)?.histogram.count).toBe(5);
    const bounds = (...customBounds: number[]) => counts(4, { schema: -53, customBounds });
    const line = interpolated(bounds(1, 2), bounds(2, 3), 0.5, false);
    expect(line?.reconciled).toEqual(['subtraction', 'addition']);
    expect(interpolated(bounds(1), counts(1), 0.5, true)).toBeUndefined();
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
