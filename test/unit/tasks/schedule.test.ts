/** Schedules against a calendar that looks at every minute, around the changes of the clocks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noCron } from '../../../agent/config/cron.ts';
import { nextDue, type Schedule } from '../../../agent/core/tasks/schedule.ts';
import { minutesOf, scheduleOf } from '../../../agent/core/tasks/written.ts';
import { isZone } from '../../../agent/core/tasks/zone.ts';
import { change, DAY, HOUR, MINUTE, shown } from '../../support/tasks/zones.ts';

function dues(schedule: Schedule, from: number, to: number): number[] {
  const all: number[] = [];
  for (let at = nextDue(schedule, from); at !== undefined && at <= to; at = nextDue(schedule, at)) {
    all.push(at);
  }
  return all;
}

function written(schedule: Parameters<typeof scheduleOf>[0], zone: string): Schedule {
  const made = scheduleOf(schedule, zone, noCron);
  if (made === undefined) throw new Error('nothing is written');
  return made;
}

/** The first instant at which a clock shows the time, or, where it is left out, a later one. */
function firstShowing(local: number, zone: string, from: number, to: number): number | undefined {
  let later: number | undefined;
  for (let at = from; at <= to; at += MINUTE) {
    const clock = shown(at, zone);
    if (clock === local) return at;
    if (clock > local && clock - local < 2 * HOUR) later ??= at;
  }
  return later;
}

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

test('each local time is due once: at its first coming, or right after the clocks left it out', () => {
  const early = time.map((text) => `0${Number(text.slice(0, 2)) % 4}${text.slice(2)}`);
  fc.assert(
    fc.property(change, early, ([zone, at], daily) => {
      const [from, to] = [at - 30 * HOUR, at + 30 * HOUR];
      const midnight = Math.floor(shown(at, zone) / DAY) * DAY;
      const local = midnight + minutesOf(daily) * MINUTE;
      const expected = firstShowing(local, zone, at - 8 * HOUR, at + 8 * HOUR);
      const found = dues(written({ daily }, zone), from, to);
      expect(found).toContain(expected);
      const days = found.map((due) => Math.floor(shown(due, zone) / DAY));
      expect(new Set(days).size).toBe(found.length);
    }),
    { numRuns: 120 },
  );
});

test.each([
  ['forward', 'Europe/Berlin', '02:30', '2026-03-28T12:00Z', '2026-03-29T01:00:00.000Z'],
  ['back', 'Europe/Berlin', '02:30', '2026-10-24T12:00Z', '2026-10-25T00:30:00.000Z'],
  ['forward', 'America/New_York', '02:30', '2026-03-07T12:00Z', '2026-03-08T07:00:00.000Z'],
  ['back', 'America/New_York', '01:30', '2026-10-31T12:00Z', '2026-11-01T05:30:00.000Z'],
  [
    'forward by 30 minutes',
    'Australia/Lord_Howe',
    '02:15',
    '2026-10-03T04:00Z',
    '2026-10-03T15:30:00.000Z',
  ],
  [
    'back by 30 minutes',
    'Australia/Lord_Howe',
    '01:45',
    '2026-04-04T04:00Z',
    '2026-04-04T14:45:00.000Z',
  ],
  [
    'a whole day left out',
    'Pacific/Apia',
    '12:00',
    '2011-12-30T05:00Z',
    '2011-12-30T10:00:00.000Z',
  ],
])('clocks set %s in %s: %s', (_, zone, daily, after, expected) => {
  const due = nextDue(written({ daily }, zone), Date.parse(after));
  expect(new Date(due ?? 0).toISOString()).toBe(expected);
  expect(nextDue(written({ daily }, zone), due ?? 0)).toBeGreaterThan((due ?? 0) + 9 * HOUR);
});

test('weekly comes on its weekday, in its zone', () => {
  const found = dues(
    written({ weekly: 'sun 03:00' }, 'Europe/Berlin'),
    Date.UTC(2026, 0, 1),
    Date.UTC(2027, 0, 1),
  );
  expect(found).toHaveLength(52);
  for (const due of found) {
    const clock = new Date(shown(due, 'Europe/Berlin'));
    expect([clock.getUTCDay(), clock.getUTCHours(), clock.getUTCMinutes()]).toEqual([0, 3, 0]);
  }
});

test('a day of the month that a month does not have is its last day', () => {
  const found = dues(
    written({ monthly: '31 03:00' }, 'UTC'),
    Date.UTC(2027, 11, 31, 4),
    Date.UTC(2029, 0, 1),
  );
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  expect(found).toEqual(days.map((day, month) => Date.UTC(2028, month, day, 3)));
});

test('nothing written is by hand alone; zones are known by name', () => {
  expect(scheduleOf({}, 'UTC', noCron)).toBeUndefined();
  expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', ''].map(isZone)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
