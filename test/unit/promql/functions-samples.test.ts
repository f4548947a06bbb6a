import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../../collector/promql/functions/index.ts';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';
import { SIGNATURES } from '../../../collector/promql/signatures.ts';
import { ofSample } from './functions-harness.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const histogram = FloatHistogram.of({
  schema: 0,
  count: 4,
  sum: 10,
  positive: denseBuckets(1, [1, 3]),
});

it('every function that can be called has an entry, and no other', () => {
  expect([...FUNCTIONS.keys()].sort()).toEqual([...SIGNATURES.keys()].sort());
});

describe('functions of one number', () => {
  it('round to the nearest multiple, ties up', () => {
    expect(ofSample('round', 2.5)).toBe(3);
    expect(ofSample('round', -2.5)).toBe(-2);
    expect(ofSample('round', 0.35, [0.1])).toBeCloseTo(0.4);
    expect(ofSample('round', 17, [5])).toBe(15);
  });

  it('keep sign and NaN', () => {
    expect([-3, 0, 2, nan].map((n) => ofSample('sgn', n))).toEqual([-1, 0, 1, nan]);
    expect(ofSample('abs', -inf)).toBe(inf);
    expect(ofSample('ln', -1)).toBe(nan);
  });

  it.each([
    ['exp', 'ln'],
    ['sinh', 'asinh'],
    ['tan', 'atan'],
    ['deg', 'rad'],
    ['tanh', 'atanh'],
    ['sin', 'asin'],
  ])('%s is undone by %s', (there, back) => {
    fc.assert(
      fc.property(fc.double({ min: -1.5, max: 1.5, noNaN: true }), (x) => {
        expect(ofSample(back, ofSample(there, x) as number)).toBeCloseTo(x, 6);
      }),
    );
  });

  it('have no answer for histograms', () => {
    for (const name of ['abs', 'clamp', 'hour', 'round', 'sin']) {
      expect(ofSample(name, histogram, [0, 1])).toBeUndefined();
    }
  });
});

describe('clamp', () => {
  it('keeps within its bounds, and answers nothing when they cross', () => {
    expect([-5, 0.5, 5].map((n) => ofSample('clamp', n, [0, 1]))).toEqual([0, 0.5, 1]);
    expect(ofSample('clamp', 1, [2, 0])).toBeUndefined();
    expect(ofSample('clamp_min', -5, [0])).toBe(0);
    expect(ofSample('clamp_max', 5, [0])).toBe(0);
  });

  it('leaves NaN, and becomes NaN by a bound of NaN', () => {
    expect(ofSample('clamp', nan, [0, 1])).toBe(nan);
    expect(ofSample('clamp', 1, [nan, 1])).toBe(nan);
    expect(ofSample('clamp_max', nan, [-inf])).toBe(-inf);
  });
});

describe('dates', () => {
  it('agree with the calendar of JavaScript', () => {
    const seconds = fc.integer({ min: -8_000_000_000_000, max: 8_000_000_000_000 });
    fc.assert(
      fc.property(seconds, (at) => {
        const date = new Date(at * 1000);
        const yearStart = new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1);
        const expected = {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day_of_month: date.getUTCDate(),
          day_of_week: date.getUTCDay(),
          day_of_year: Math.floor((date.getTime() - yearStart) / 86_400_000) + 1,
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
        };
        const names = Object.keys(expected);
        const got = Object.fromEntries(names.map((name) => [name, ofSample(name, at)]));
        expect(got).toEqual(expected);
      }),
    );
  });

  it('know leap years', () => {
    const february = (year: number) => ofSample('days_in_month', Date.UTC(year, 1, 10) / 1000);
    expect([1900, 2000, 2023, 2024].map(february)).toEqual([28, 29, 28, 29]);
    expect(ofSample('days_in_month', 0)).toBe(31);
  });

  it('cut fractions off, go beyond what Date knows, and have none for NaN', () => {
    expect(ofSample('minute', -0.9)).toBe(0);
    expect(ofSample('year', 1e15)).toBe(31_690_708);
    expect(ofSample('year', nan)).toBe(nan);
  });
});

describe('parts of a histogram', () => {
  it('are count, sum and mean', () => {
    expect(ofSample('histogram_count', histogram)).toBe(4);
    expect(ofSample('histogram_sum', histogram)).toBe(10);
    expect(ofSample('histogram_avg', histogram)).toBe(2.5);
    expect(ofSample('histogram_avg', 3)).toBeUndefined();
  });

  it('spread around the mean, buckets standing at their logarithmic middle', () => {
    const one = 2 ** 0.5 - 2.5;
    const three = 8 ** 0.5 - 2.5;
    const variance = (one ** 2 + 3 * three ** 2) / 4;
    expect(ofSample('histogram_stdvar', histogram)).toBeCloseTo(variance, 12);
    expect(ofSample('histogram_stddev', histogram)).toBeCloseTo(Math.sqrt(variance), 12);
  });
});
