import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';
import { every10s, overWindow, type Point } from './functions-harness.ts';

const histogram = (counts: readonly number[], init: object = {}) =>
  FloatHistogram.of({
    schema: 0,
    count: counts.reduce((a, b) => a + b, 0),
    sum: counts.reduce((a, b) => a + b, 0) * 2,
    positive: denseBuckets(1, counts),
    ...init,
  });

describe('rate, increase, delta', () => {
  it('gives the slope of a counter that rises evenly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 2, max: 50 }),
        (slope, count) => {
          const points = Array.from(
            { length: count },
            (_, i): Point => [i * 10 + 5, 1e9 + slope * i * 10],
          );
          const options = { rangeStart: 0, rangeEnd: count * 10 };
          expect(overWindow('rate', points, options).sample).toBeCloseTo(slope, 4);
        },
      ),
    );
  });

  it('stretches to the ends when they are near, by half a distance when they are far', () => {
    const near = overWindow(
      'increase',
      [
        [5, 100],
        [15, 110],
      ],
      { rangeStart: 0, rangeEnd: 20 },
    );
    expect(near.sample).toBeCloseTo(20);
    const far = overWindow(
      'increase',
      [
        [50, 100],
        [60, 110],
      ],
      { rangeStart: 0, rangeEnd: 110 },
    );
    expect(far.sample).toBeCloseTo(20);
  });

  it('does not stretch a counter to below zero', () => {
    const points = every10s(1, 11, 21).map(([t, v]): Point => [t + 5, v]);
    const { sample } = overWindow('increase', points, { rangeStart: 0, rangeEnd: 25 });
    // 20 s of samples and the 1 s that it took from 0 to 1.
    expect(sample).toBeCloseTo(21);
  });

  it('adds what was there before a reset', () => {
    const points = every10s(10, 20, 5, 15);
    expect(overWindow('increase', points, { rangeStart: 0 }).sample).toBeCloseTo(25);
    expect(overWindow('delta', points, { rangeStart: 0 }).sample).toBeCloseTo(5);
  });

  it('needs two samples', () => {
    expect(overWindow('rate', [[5, 1]], { rangeEnd: 10 }).sample).toBeUndefined();
  });

  it('informs, once, of a name that is not one of a counter', () => {
    const { infos } = overWindow('rate', every10s(1, 2), { metricName: 'disk_used' });
    expect(infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in ' +
        '_total/_sum/_count/_bucket: "disk_used" (1:1)',
    ]);
    expect(overWindow('rate', every10s(1, 2)).infos).toEqual([]);
    expect(overWindow('delta', every10s(1, 2), { metricName: 'disk_used' }).infos).toEqual([]);
    expect(overWindow('rate', [[1, 1]], { metricName: 'disk_used' }).infos).toEqual([]);
  });

  it('refuses floats and histograms together', () => {
    const { sample, warnings } = overWindow('rate', every10s(1, histogram([1])));
    expect(sample).toBeUndefined();
    expect(warnings).toEqual([
      'PromQL warning: encountered a mix of histograms and floats for metric name "m_total" (1:1)',
    ]);
  });
});

describe('rate of native histograms', () => {
  const grown = every10s(histogram([1, 2]), histogram([3, 4]), histogram([5, 6]));

  it('is that of every bucket', () => {
    const { sample, warnings } = overWindow('rate', grown, { rangeStart: 0, rangeEnd: 20 });
    expect(String(sample)).toBe('{count:0.4, sum:0.8, (1,2]:0.2, (2,4]:0.2}');
    expect((sample as FloatHistogram).counterReset).toBe('gauge');
    expect(warnings).toEqual([]);
  });

  it('takes resets into account, and a first sample that one follows not at all', () => {
    const points = every10s(histogram([5, 5]), histogram([1, 1]), histogram([2, 3]));
    const { sample } = overWindow('increase', points, { rangeStart: 0, rangeEnd: 20 });
    expect((sample as FloatHistogram).count).toBe(5);
    const custom = { schema: -53, customBounds: [1, 2, 3] };
    const changed = every10s(
      histogram([5, 5]),
      histogram([1, 1], custom),
      histogram([2, 3], custom),
    );
    const other = overWindow('increase', changed, { rangeStart: 0, rangeEnd: 20 });
    expect((other.sample as FloatHistogram).count).toBe(5);
    expect(other.warnings).toEqual([]);
  });

  it('comes in the coarsest schema', () => {
    const points = every10s(histogram([1, 1], { schema: 1 }), histogram([2, 3]));
    const { sample } = overWindow('delta', points, { rangeStart: 0, rangeEnd: 10 });
    expect((sample as FloatHistogram).schema).toBe(0);
  });

  it('warns of gauges in counters, of counters in gauges, and of buckets that do not go together', () => {
    const gauges = every10s(
      histogram([1], { counterReset: 'gauge' }),
      histogram([2], { counterReset: 'gauge' }),
    );
    expect(overWindow('rate', gauges).warnings).toEqual([
      'PromQL warning: this native histogram metric is not a counter: "m_total" (1:1)',
    ]);
    expect(overWindow('irate', gauges).warnings).toHaveLength(1);
    expect(overWindow('delta', gauges).warnings).toEqual([]);
    expect(overWindow('delta', grown).warnings).toEqual([
      'PromQL warning: this native histogram metric is not a gauge: "m_total" (1:1)',
    ]);
    const custom = histogram([5], { schema: -53, customBounds: [1, 2] });
    const mixed = overWindow('delta', every10s(histogram([1]), custom));
    expect(mixed.sample).toBeUndefined();
    expect(mixed.warnings.join()).toContain(
      'mix of histograms with exponential and custom buckets',
    );
  });

  it('informs that custom bounds were reconciled', () => {
    const a = histogram([1, 1, 1], { schema: -53, customBounds: [1, 2, 3, 4] });
    const b = histogram([2, 2, 4], { schema: -53, customBounds: [1, 2, 4, 5] });
    const { infos, sample } = overWindow('rate', every10s(a, b));
    expect(infos).toEqual([
      'PromQL info: mismatched custom buckets were reconciled during subtraction (1:1)',
    ]);
    expect((sample as FloatHistogram).customBounds).toEqual([1, 2, 4]);
  });
});

describe('irate and idelta', () => {
  it('look at the last two samples', () => {
    expect(overWindow('irate', every10s(0, 100, 120)).sample).toBe(2);
    expect(overWindow('irate', every10s(0, 100, 30)).sample).toBe(3);
    expect(overWindow('idelta', every10s(0, 100, 30)).sample).toBe(-70);
    expect(overWindow('irate', every10s(histogram([1]), 100, 120)).sample).toBe(2);
    expect(overWindow('idelta', every10s(1)).sample).toBeUndefined();
  });

  it('take histograms too', () => {
    const points = every10s(histogram([1]), histogram([4]));
    expect(String(overWindow('irate', points).sample)).toBe('{count:0.3, sum:0.6, (1,2]:0.3}');
    const reset = every10s(histogram([4]), histogram([1]));
    expect(String(overWindow('irate', reset).sample)).toBe('{count:0.1, sum:0.2, (1,2]:0.1}');
    expect((overWindow('idelta', reset).sample as FloatHistogram).count).toBe(-3);
    expect(overWindow('idelta', every10s(1, histogram([1]))).warnings).toHaveLength(1);
  });
});
