import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileOf } from '../../../collector/promql/functions/quantile.ts';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';
import { every10s, overWindow } from './functions-harness.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const histogram = (counts: readonly number[], init: object = {}) =>
  FloatHistogram.of({ schema: 0, count: 9, sum: 9, positive: denseBuckets(1, counts), ...init });
const value = (name: string, samples: readonly number[], scalars: readonly number[] = []) =>
  overWindow(name, every10s(...samples), { scalars }).sample;

const numbers = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
  minLength: 1,
  maxLength: 40,
});

describe('sums and means', () => {
  it('keep what rounding takes', () => {
    expect(value('sum_over_time', [1e100, 1, -1e100])).toBe(1);
    expect(value('avg_over_time', [1e100, 1, -1e100, 1])).toBe(0.5);
    expect(value('sum_over_time', Array<number>(10).fill(0.1))).toBe(1);
  });

  it('mean what does not fit into a sum', () => {
    const max = Number.MAX_VALUE;
    expect(value('avg_over_time', [max, max, max])).toBeCloseTo(max, -300);
    expect(value('avg_over_time', [max, -max, max, -max])).toBeCloseTo(0);
    expect(value('avg_over_time', [1, inf])).toBe(inf);
    expect(value('avg_over_time', [inf, -inf])).toBe(nan);
    expect(value('sum_over_time', [max, max])).toBe(inf);
  });

  it('mean lies between the least and the most', () => {
    fc.assert(
      fc.property(numbers, (samples) => {
        const mean = value('avg_over_time', samples) as number;
        expect(mean).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-6);
        expect(mean).toBeLessThanOrEqual(Math.max(...samples) + 1e-6);
      }),
    );
  });

  it('are those of histograms, too', () => {
    const points = every10s(histogram([1, 2]), histogram([3, 6]));
    expect(String(overWindow('sum_over_time', points).sample)).toBe(
      '{count:18, sum:18, (1,2]:4, (2,4]:8}',
    );
    expect(String(overWindow('avg_over_time', points).sample)).toBe(
      '{count:9, sum:9, (1,2]:2, (2,4]:4}',
    );
  });

  it('warn of mixtures and of resets that collide', () => {
    expect(overWindow('sum_over_time', every10s(1, histogram([1]))).warnings).toEqual([
      'PromQL warning: encountered a mix of histograms and floats for metric name "m_total" (1:1)',
    ]);
    const collide = every10s(
      histogram([1], { counterReset: 'reset' }),
      histogram([1], { counterReset: 'not-reset' }),
    );
    expect(overWindow('avg_over_time', collide).warnings).toEqual([
      'PromQL warning: conflicting counter resets during histogram aggregation (1:1)',
    ]);
    const apart = every10s(histogram([1]), histogram([1], { schema: -53, customBounds: [1] }));
    expect(overWindow('sum_over_time', apart).sample).toBeUndefined();
    const bounds = every10s(
      histogram([1], { schema: -53, customBounds: [1, 2] }),
      histogram([1], { schema: -53, customBounds: [1] }),
    );
    expect(overWindow('sum_over_time', bounds).infos).toEqual([
      'PromQL info: mismatched custom buckets were reconciled during aggregation (1:1)',
    ]);
  });
});

describe('what is picked', () => {
  it('passes over NaN unless there is nothing else', () => {
    expect(value('max_over_time', [nan, 1, 3, nan])).toBe(3);
    expect(value('min_over_time', [nan, 1, 3, nan])).toBe(1);
    expect(value('max_over_time', [nan, nan])).toBe(nan);
  });

  it('tells the time of the last extreme, the first and the last sample', () => {
    expect(value('ts_of_max_over_time', [1, 3, 3, 2])).toBe(20);
    expect(value('ts_of_min_over_time', [1, 3, 1, nan])).toBe(20);
    expect(value('ts_of_first_over_time', [1, 3])).toBe(0);
    expect(value('ts_of_last_over_time', [1, 3])).toBe(10);
  });

  it('counts and keeps histograms', () => {
    const points = every10s(1, histogram([1]), 2);
    expect(overWindow('count_over_time', points).sample).toBe(3);
    expect(overWindow('present_over_time', points).sample).toBe(1);
    expect(overWindow('first_over_time', points).sample).toBe(1);
    expect(overWindow('last_over_time', points.slice(0, 2)).sample).toBe(points[1]?.[1]);
  });

  it('passes over histograms with a note, and answers nothing where there are only such', () => {
    const points = every10s(5, histogram([1]), 2);
    const { sample, infos } = overWindow('max_over_time', points);
    expect(sample).toBe(5);
    expect(infos).toEqual([
      'PromQL info: ignored histograms in a range containing both floats and histograms for ' +
        'metric name "m_total" (1:1)',
    ]);
    const only = overWindow('min_over_time', every10s(histogram([1])));
    expect(only).toEqual({ sample: undefined, warnings: [], infos: [] });
  });
});

describe('spread', () => {
  it('is 0 for equal samples and does not change with their level', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: -1000, max: 1000 }), (samples, level) => {
        const own = value('stddev_over_time', samples) as number;
        const moved = value(
          'stddev_over_time',
          samples.map((n) => n + level),
        ) as number;
        expect(moved).toBeCloseTo(own, 3);
        expect(
          value(
            'stdvar_over_time',
            samples.map(() => level),
          ),
        ).toBe(0);
      }),
    );
    expect(value('stdvar_over_time', [1, 2, 3, 4])).toBe(1.25);
    expect(value('mad_over_time', [4, 6, 2, 1, 999, 1, 2])).toBe(1);
    expect(value('mad_over_time', [4, nan, 2])).toBe(nan);
  });

  it('has quantiles between the samples, the ends at 0 and 1', () => {
    expect(value('quantile_over_time', [0, 10, 20], [0.75])).toBe(15);
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (samples, q) => {
        const at = quantileOf(q, Float64Array.from(samples));
        expect(at).toBeGreaterThanOrEqual(quantileOf(0, Float64Array.from(samples)) - 1e-6);
        expect(at).toBeLessThanOrEqual(quantileOf(1, Float64Array.from(samples)) + 1e-6);
      }),
    );
    expect(quantileOf(0, Float64Array.of(3, nan, 1))).toBe(nan);
    expect(quantileOf(0.5, Float64Array.of(3, nan, 1))).toBe(1);
  });

  it('warns of what is no quantile', () => {
    const { sample, warnings } = overWindow('quantile_over_time', every10s(1), { scalars: [1.5] });
    expect(sample).toBe(inf);
    expect(warnings).toEqual([
      'PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:1)',
    ]);
    expect(value('quantile_over_time', [1], [-1])).toBe(-inf);
    expect(value('quantile_over_time', [1], [nan])).toBe(nan);
  });
});

describe('changes and resets', () => {
  it('count differences and falls', () => {
    expect(value('changes', [1, 1, 2, nan, nan, 2])).toBe(3);
    expect(value('resets', [5, 3, 4, 1])).toBe(2);
    expect(value('changes', [1])).toBe(0);
  });

  it('count every turn between floats and histograms', () => {
    const points = every10s(1, histogram([5]), histogram([5]), histogram([2]), 1);
    expect(overWindow('changes', points).sample).toBe(3);
    expect(overWindow('resets', points).sample).toBe(3);
  });
});

describe('lines', () => {
  it('are found again by deriv and predict_linear', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.integer({ min: 2, max: 30 }),
        (slope, level, count) => {
          const points = every10s(
            ...Array.from({ length: count }, (_, i) => level + slope * i * 10),
          );
          expect(overWindow('deriv', points).sample).toBeCloseTo(slope, 6);
          const options = { scalars: [3600], time: 0 };
          expect(overWindow('predict_linear', points, options).sample).toBeCloseTo(
            level + slope * 3600,
            2,
          );
        },
      ),
    );
  });

  it('are flat for equal samples, and none for one or for infinite ones', () => {
    expect(value('deriv', [7, 7, 7])).toBe(0);
    expect(value('predict_linear', [7, 7, 7], [1e9])).toBe(7);
    expect(value('deriv', [7])).toBeUndefined();
    expect(value('deriv', [inf, inf])).toBe(nan);
  });
});

describe('double_exponential_smoothing', () => {
  it('follows a line exactly', () => {
    expect(value('double_exponential_smoothing', [0, 10, 20, 30], [0.3, 0.7])).toBeCloseTo(30);
    expect(value('double_exponential_smoothing', [1], [0.3, 0.7])).toBeUndefined();
  });

  it('refuses factors outside of 0 and 1', () => {
    expect(() => value('double_exponential_smoothing', [1, 2], [0, 0.5])).toThrow(
      'invalid smoothing factor. Expected: 0 < sf < 1, got: 0.000000',
    );
    expect(() => value('double_exponential_smoothing', [1, 2], [0.5, 1])).toThrow(
      'invalid trend factor. Expected: 0 < tf < 1, got: 1.000000',
    );
  });
});
