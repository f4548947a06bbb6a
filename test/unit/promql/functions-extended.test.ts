import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extendedPoints } from '../../../collector/promql/functions/extended.ts';
import { FUNCTIONS } from '../../../collector/promql/functions/index.ts';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';
import { contextOf, every10s, overWindow, type Point, windowOf } from './functions-harness.ts';

const histogram = (count: number, init: object = {}) =>
  FloatHistogram.of({ schema: 0, count, sum: 0, positive: denseBuckets(1, [count]), ...init });
const asHistograms = (points: readonly Point[], init: object = {}): readonly Point[] =>
  points.map(([time, value]): Point => [time, histogram(value as number, init)]);

describe('anchored and smoothed', () => {
  const points: readonly Point[] = [
    [0, 10],
    [10, 20],
    [20, 5],
    [30, 15],
  ];

  it('anchored counts from the last sample before the range, unstretched', () => {
    const options = { rangeStart: 5, rangeEnd: 30, modifier: 'anchored' } as const;
    expect(overWindow('delta', points, options).sample).toBe(5);
    expect(overWindow('increase', points, options).sample).toBe(25);
    expect(overWindow('rate', points, options).sample).toBe(1);
    expect(overWindow('resets', points, options).sample).toBe(1);
    expect(overWindow('changes', points, options).sample).toBe(3);
    const after = { rangeStart: 40, rangeEnd: 50, modifier: 'anchored' } as const;
    expect(overWindow('increase', points, after).sample).toBeUndefined();
    expect(overWindow('changes', points, after).sample).toBeUndefined();
  });

  it('smoothed draws lines across the ends', () => {
    const options = { rangeStart: 5, rangeEnd: 25, modifier: 'smoothed' } as const;
    // From 15 by 20, that is 0 again, and 5, to 10.
    expect(overWindow('delta', points, options).sample).toBe(-5);
    expect(overWindow('increase', points, options).sample).toBe(15);
    expect(overWindow('rate', points, options).sample).toBe(0.75);
  });

  it('smoothed takes a counter that is reset across an end to begin at 0 there', () => {
    const options = { rangeStart: 15, rangeEnd: 30, modifier: 'smoothed' } as const;
    expect(overWindow('increase', points, options).sample).toBe(12.5);
  });

  it('smoothed has no answer for a range with no sample in it or around it', () => {
    const before = { rangeStart: -20, rangeEnd: -10, modifier: 'smoothed' } as const;
    expect(overWindow('increase', points, before).sample).toBeUndefined();
  });

  it('smoothed equals the slope of a line whatever the ends', () => {
    const line = every10s(...Array.from({ length: 20 }, (_, i) => 100 + i * 30));
    const [start, length] = [fc.integer({ min: 0, max: 90 }), fc.integer({ min: 1, max: 90 })];
    fc.assert(
      fc.property(start, length, (rangeStart, seconds) => {
        const rangeEnd = rangeStart + seconds;
        const options = { rangeStart, rangeEnd, modifier: 'smoothed' } as const;
        expect(overWindow('rate', line, options).sample).toBeCloseTo(3, 9);
      }),
    );
  });

  it('by themselves, yield the samples inside and one at each end', () => {
    const pairs = (rangeStart: number, rangeEnd: number, modifier: 'anchored' | 'smoothed') => {
      const found = extendedPoints(windowOf(points, { rangeStart, rangeEnd }), modifier);
      return found && Array.from(found.times, (time, i) => [time / 1000, found.values[i]]);
    };
    expect(pairs(5, 25, 'smoothed')).toEqual([
      [5, 15],
      [10, 20],
      [20, 5],
      [25, 10],
    ]);
    expect(pairs(5, 40, 'anchored')).toEqual([
      [5, 10],
      [10, 20],
      [20, 5],
      [30, 15],
      [40, 15],
    ]);
    expect(pairs(22, 24, 'smoothed')).toEqual([
      [22, 7],
      [24, 9],
    ]);
    expect(pairs(40, 50, 'anchored')).toBeUndefined();
  });

  it('do to every bucket of histograms what they do to floats', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 10 });
    const ends = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 50 }));
    const name = fc.constantFrom('rate', 'increase', 'delta');
    const modifier = fc.constantFrom('anchored' as const, 'smoothed' as const);
    fc.assert(
      fc.property(counts, ends, name, modifier, (values, [rangeStart, seconds], fn, how) => {
        const options = { rangeStart, rangeEnd: rangeStart + seconds, modifier: how };
        const floats = overWindow(fn, every10s(...values), options).sample as number | undefined;
        const { sample } = overWindow(fn, asHistograms(every10s(...values)), options);
        const bucket = sample as FloatHistogram | undefined;
        expect(bucket === undefined).toBe(floats === undefined);
        if (bucket !== undefined) expect(bucket.count).toBeCloseTo(floats as number, 9);
      }),
    );
  });

  it('warn of histograms as without them', () => {
    const options = { rangeStart: 5, rangeEnd: 25, modifier: 'smoothed' } as const;
    const gauges = asHistograms(every10s(1, 2, 3), { counterReset: 'gauge' });
    expect(overWindow('rate', gauges, options).warnings.join()).toContain('is not a counter');
    expect(overWindow('delta', gauges, options).warnings).toEqual([]);
    const counters = asHistograms(every10s(1, 2, 3));
    expect(overWindow('delta', counters, options).warnings.join()).toContain('is not a gauge');
    const custom = histogram(1, { schema: -53, customBounds: [1, 2] });
    const mixed = overWindow('rate', [...counters.slice(0, 2), [20, custom]], options);
    expect(mixed.sample).toBeUndefined();
    expect(mixed.warnings.join()).toContain('mix of histograms with exponential and custom');
    const floats = overWindow('rate', [...counters.slice(0, 2), [20, 1]], options);
    expect(floats.warnings.join()).toContain('mix of histograms and floats');
  });
});

describe('start timestamps', () => {
  /** `starts` in seconds. */
  function started(name: string, points: readonly Point[], starts: readonly number[]) {
    const fn = FUNCTIONS.get(name);
    if (fn?.kind !== 'window') throw new Error(name);
    const window = {
      ...windowOf(points, { rangeStart: -10 }),
      starts: Float64Array.from(starts, (start) => start * 1000),
    };
    return fn.apply(window, [], contextOf(name, {}));
  }

  it('tell of a reset that the values hide', () => {
    const points = every10s(10, 20, 30);
    expect(started('resets', points, [-99, 5, 5])).toBe(1);
    expect(started('resets', points, [-99, -99, -99])).toBe(0);
    expect(started('irate', points, [-99, -99, 15])).toBe(3);
    expect(started('resets', asHistograms(points), [-99, -99, 15])).toBe(1);
    expect((started('irate', asHistograms(points), [-99, -99, 15]) as FloatHistogram).count).toBe(
      3,
    );
    // 10 and, anew, 30 in 20 s; at that pace the first 10 took 5 s.
    expect(started('increase', points, [-99, -99, 15])).toBeCloseTo((40 / 20) * 25);
  });

  it('are not believed when they are unknown or after their sample', () => {
    const points = every10s(10, 20, 30);
    expect(started('resets', points, [0, 0, 0])).toBe(0);
    expect(started('resets', points, [-99, 10, 25])).toBe(0);
    expect(started('resets', points, [0, 0.001, 10])).toBe(2);
    expect(started('resets', points, [0, 10, 10])).toBe(0);
  });

  it('say that there was nothing before: a rate needs but one sample then', () => {
    expect(started('increase', [[0, 5]], [-5])).toBe(5);
    expect(started('increase', [[0, 5]], [-20])).toBeUndefined();
    expect(started('delta', [[0, 5]], [-5])).toBeUndefined();
    expect((started('increase', asHistograms([[0, 5]]), [-5]) as FloatHistogram).count).toBe(5);
    expect(started('increase', every10s(5, 10), [-5, -5])).toBe(10);
    expect(
      (started('increase', asHistograms(every10s(5, 10)), [-5, -5]) as FloatHistogram).count,
    ).toBe(10);
  });
});
