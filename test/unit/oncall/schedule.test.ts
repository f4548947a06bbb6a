import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilTime } from '../../../collector/core/alerting/interval.ts';
import {
  lastDue,
  nextDue,
  type Schedule,
  spanOf,
} from '../../../collector/core/oncall/schedule.ts';

const berlin = (minute: number): Schedule => ({ every: 'daily', minute, zone: 'Europe/Berlin' });
const at = (text: string): number => Date.parse(text);
const HOUR = 3_600_000;

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];

describe('times of reports', () => {
  it('follow the clocks of the zone', () => {
    expect(nextDue(berlin(420), at('2026-11-21T05:59:00Z'))).toBe(at('2026-11-21T06:00:00Z'));
    expect(nextDue(berlin(420), at('2026-11-21T06:00:00Z'))).toBe(at('2026-11-22T06:00:00Z'));
    expect(lastDue(berlin(420), at('2026-11-21T06:00:00Z'))).toBe(at('2026-11-21T06:00:00Z'));
    expect(nextDue(berlin(420), at('2026-07-01T00:00:00Z'))).toBe(at('2026-07-01T05:00:00Z'));
  });

  it('come once when an hour is left out or comes twice', () => {
    // 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00.
    expect(nextDue(berlin(150), at('2026-03-28T12:00:00Z'))).toBe(at('2026-03-29T01:30:00Z'));
    expect(nextDue(berlin(150), at('2026-03-29T01:30:00Z'))).toBe(at('2026-03-30T00:30:00Z'));
    expect(nextDue(berlin(150), at('2026-10-24T12:00:00Z'))).toBe(at('2026-10-25T00:30:00Z'));
    expect(nextDue(berlin(150), at('2026-10-25T00:30:00Z'))).toBe(at('2026-10-26T01:30:00Z'));
    const { from, to } = spanOf(berlin(420), at('2026-03-29T05:00:00Z'));
    expect(to - from).toBe(23 * HOUR);
  });

  it('keep the day of the week', () => {
    const monday: Schedule = { every: 'monday', minute: 0, zone: 'America/New_York' };
    expect(nextDue(monday, at('2026-11-21T00:00:00Z'))).toBe(at('2026-11-23T05:00:00Z'));
    expect(lastDue(monday, at('2026-11-23T04:59:00Z'))).toBe(at('2026-11-16T05:00:00Z'));
  });

  it('are one for each day, in any zone', () => {
    const moments = fc.integer({
      min: at('2020-01-01T00:00:00Z'),
      max: at('2035-01-01T00:00:00Z'),
    });
    const schedules = fc.record({
      every: fc.constant('daily' as const),
      minute: fc.integer({ min: 0, max: 1439 }),
      zone: fc.constantFrom(...ZONES),
    });
    fc.assert(
      fc.property(schedules, moments, (schedule, now) => {
        const next = nextDue(schedule, now);
        const last = lastDue(schedule, now);
        expect(last).toBeLessThanOrEqual(now);
        expect(next).toBeGreaterThan(now);
        expect(nextDue(schedule, last)).toBe(next);
        expect(lastDue(schedule, next)).toBe(next);
        expect(next - last).toBeGreaterThanOrEqual(22 * HOUR);
        expect(next - last).toBeLessThanOrEqual(26 * HOUR);
        const shown = civilTime(next, schedule.zone).minute;
        // Only an hour that is left out moves it.
        expect([0, 30, 60]).toContain((shown - schedule.minute + 1440) % 1440);
      }),
    );
  });
});
