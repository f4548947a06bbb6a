/** Durations and times as Prometheus reads them. */
import { describe, expect, it } from 'vitest';
import { parseDuration, parseSeconds, parseTime } from '../../../collector/core/query/duration.ts';

describe('durations and times', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['100ms', 100],
    ['1w2d', 777_600_000],
    ['0', 0],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5', '30m1h', '1.5h', 'h', '-5m', '5m5m', '999999999y'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('takes seconds as numbers', () => {
    expect([
      parseSeconds('15'),
      parseSeconds('0.25'),
      parseSeconds('1e1'),
      parseSeconds('2m'),
    ]).toEqual([15_000, 250, 10_000, 120_000]);
    expect([parseSeconds('Infinity'), parseSeconds('0x10'), parseSeconds('1e300')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes Unix and RFC 3339 times', () => {
    expect(parseTime('1435781451.781')).toBe(1_435_781_451_781);
    expect(parseTime('2015-07-01T20:10:51.781Z')).toBe(1_435_781_451_781);
    expect(parseTime('2015-07-01T22:10:51.781+02:00')).toBe(1_435_781_451_781);
    expect(['2015-07-01', 'now', ''].map(parseTime)).toEqual([undefined, undefined, undefined]);
  });
});
