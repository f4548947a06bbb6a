/** Time intervals: every part, negative days, zones with summer time. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  civilTime,
  intervalContains,
  type TimeInterval,
} from '../../../collector/core/alerting/interval.ts';

const at = (text: string): number => Date.parse(text);
const DAY = 86_400_000;

describe('an interval', () => {
  const office: TimeInterval = {
    times: [{ begin: 9 * 60, end: 17 * 60 }],
    weekdays: [{ begin: 1, end: 5 }],
  };

  test.each([
    ['2026-11-20T09:00:00Z', true],
    ['2026-11-20T16:59:59Z', true],
    ['2026-11-20T17:00:00Z', false],
    ['2026-11-20T08:59:59Z', false],
    ['2026-11-21T12:00:00Z', false],
  ])('office hours at %s: %s', (time, inside) => {
    expect(intervalContains(office, at(time))).toBe(inside);
  });

  test.each([
    [{ begin: -1, end: -1 }, '2028-02-29T12:00:00Z', true],
    [{ begin: -1, end: -1 }, '2028-02-28T12:00:00Z', false],
    [{ begin: -3, end: -1 }, '2026-11-28T12:00:00Z', true],
    [{ begin: -3, end: -1 }, '2026-11-27T12:00:00Z', false],
    [{ begin: 30, end: 31 }, '2026-02-28T12:00:00Z', false],
    [{ begin: 25, end: 31 }, '2026-02-28T12:00:00Z', true],
    [{ begin: 1, end: -1 }, '2026-02-14T12:00:00Z', true],
    [{ begin: -31, end: 1 }, '2026-02-01T12:00:00Z', true],
  ])('days of the month %j at %s: %s', (range, time, inside) => {
    expect(intervalContains({ daysOfMonth: [range] }, at(time))).toBe(inside);
  });

  it('asks all parts', () => {
    const interval = { months: [{ begin: 11, end: 12 }], years: [{ begin: 2026, end: 2026 }] };
    expect(intervalContains(interval, at('2026-11-20T12:00:00Z'))).toBe(true);
    expect(intervalContains(interval, at('2027-11-20T12:00:00Z'))).toBe(false);
    expect(intervalContains(interval, at('2026-10-20T12:00:00Z'))).toBe(false);
    expect(intervalContains({}, 0)).toBe(true);
  });
});

describe('zones', () => {
  const berlin = { times: [{ begin: 540, end: 600 }], location: 'Europe/Berlin' };

  test.each([
    // Winter: UTC+1; summer: UTC+2; the change was on 2026-03-29 at 01:00 UTC.
    ['2026-01-15T08:00:00Z', true],
    ['2026-01-15T07:59:59Z', false],
    ['2026-07-15T07:00:00Z', true],
    ['2026-07-15T08:00:00Z', false],
    ['2026-03-28T08:30:00Z', true],
    ['2026-03-29T08:30:00Z', false],
    ['2026-03-29T07:30:00Z', true],
  ])('nine in Berlin at %s: %s', (time, inside) => {
    expect(intervalContains(berlin, at(time))).toBe(inside);
  });

  it('count weekdays and days where the clock hangs', () => {
    const friday = at('2026-11-20T23:30:00Z');
    expect(civilTime(friday, 'UTC')).toMatchObject({ weekday: 5, day: 20 });
    expect(civilTime(friday, 'Asia/Tokyo')).toMatchObject({ weekday: 6, day: 21, minute: 510 });
    expect(civilTime(friday, 'America/New_York')).toMatchObject({ weekday: 5, minute: 1110 });
  });

  it('agree with UTC arithmetic where the offset is known', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 * 365 }),
        fc.integer({ min: 0, max: 1439 }),
        (d, m) => {
          const time = d * DAY + m * 60_000;
          // Kolkata has kept UTC+5:30 since 1945.
          expect(civilTime(time, 'Asia/Kolkata')).toEqual(civilTime(time + 330 * 60_000, 'UTC'));
        },
      ),
    );
  });
});
