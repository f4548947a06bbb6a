/** Instants of cron patterns against `node-cron`'s own answer to "does it match?". */
import fc from 'fast-check';
import { createTask, validate } from 'node-cron';
import { expect, test } from 'vitest';
import { loadCron, mentionsCron } from '../../agent/config/cron.ts';
import { nextDue, type Schedule } from '../../agent/core/tasks/schedule.ts';
import { scheduleOf } from '../../agent/core/tasks/written.ts';
import { rounds } from '../support/rounds.ts';
import { change, DAY, HOUR, MINUTE } from '../support/tasks/zones.ts';

const parse = await loadCron();

function cronSchedule(cron: string, zone: string): Schedule {
  const schedule = scheduleOf({ cron }, zone, parse);
  if (schedule === undefined) throw new Error('no schedule');
  return schedule;
}

function ours(cron: string, zone: string, from: number, to: number): number[] {
  const schedule = cronSchedule(cron, zone);
  const all: number[] = [];
  for (
    let at = nextDue(schedule, from - 1);
    at !== undefined && at < to;
    at = nextDue(schedule, at)
  )
    all.push(at);
  return all;
}

function theirs(cron: string, zone: string, from: number, to: number, step: number): number[] {
  const task = createTask(cron, () => undefined, { timezone: zone });
  const all: number[] = [];
  for (let at = from; at < to; at += step) if (task.match(new Date(at))) all.push(at);
  void task.destroy();
  return all;
}

const field = (min: number, max: number) => {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map((pair) => pair.toSorted((a, b) => a - b).join('-'));
  const step = fc.integer({ min: 2, max: 20 });
  return fc.oneof(
    fc.constant('*'),
    value.map(String),
    range,
    step.map((n) => `*/${n}`),
    fc.tuple(range, step).map(([span, n]) => `${span}/${n}`),
    fc.array(value, { minLength: 2, maxLength: 4 }).map((values) => values.join(',')),
  );
};
const monthDay = fc.oneof(field(1, 31), fc.constantFrom('L', 'L-2', '15W', '1W', 'LW', '?', '1,L'));
const weekday = fc.oneof(
  field(0, 6),
  fc.constantFrom('mon-fri', '7', '5L', '2#1', 'sun', '1#5,3', '?', '7L'),
);

const CRON_TIME = { numRuns: rounds(40) };

test('patterns of every hour are due exactly when they match, also while clocks are set', () => {
  fc.assert(
    fc.property(
      change,
      field(0, 59),
      fc.constantFrom('*', '0-23', '*/1'),
      ([zone, at], minute, hour) => {
        const cron = `${minute} ${hour} * * *`;
        const [from, to] = [at - 5 * HOUR, at + 5 * HOUR];
        expect(ours(cron, zone, from, to)).toEqual(theirs(cron, zone, from, to, MINUTE));
      },
    ),
    CRON_TIME,
  );
});

test('patterns of certain hours are due exactly when they match, on days on which no clock is set', () => {
  fc.assert(
    fc.property(change, field(0, 59), field(0, 23), ([zone, at], minute, hour) => {
      const cron = `${minute} ${hour} * * *`;
      const [from, to] = [at + 2 * DAY, at + 3 * DAY];
      expect(ours(cron, zone, from, to)).toEqual(theirs(cron, zone, from, to, MINUTE));
    }),
    CRON_TIME,
  );
});

test('days, months and weekdays are those of the pattern', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe');
  const months = fc.oneof(field(1, 12), fc.constantFrom('jan,jul', 'feb'));
  fc.assert(
    fc.property(zones, monthDay, months, weekday, (zone, day, month, week) => {
      const cron = `0 12 ${day} ${month} ${week}`;
      fc.pre(validate(cron));
      const [from, to] = [Date.UTC(2027, 11, 20), Date.UTC(2028, 2, 10)];
      expect(ours(cron, zone, from, to)).toEqual(theirs(cron, zone, from, to, HOUR));
    }),
    CRON_TIME,
  );
});

test('certain hours around a change: once each, and right after what is left out', () => {
  const berlin = (cron: string, from: number, to: number) =>
    ours(cron, 'Europe/Berlin', from, to).map((at) => new Date(at).toISOString().slice(8, 16));
  const spring = [Date.UTC(2026, 2, 29), Date.UTC(2026, 2, 29, 3)] as const;
  expect(berlin('*/15 2 * * *', ...spring)).toEqual(['29T01:00']);
  const autumn = [Date.UTC(2026, 9, 24, 23), Date.UTC(2026, 9, 25, 3)] as const;
  expect(berlin('0,30 1,2,3 * * *', ...autumn)).toEqual([
    '24T23:00',
    '24T23:30',
    '25T00:00',
    '25T00:30',
    '25T02:00',
    '25T02:30',
  ]);
});

test('rare days are found, and impossible patterns are refused with a reason', () => {
  expect(nextDue(cronSchedule('0 0 29 2 *', 'UTC'), Date.UTC(2096, 2, 1))).toBe(
    Date.UTC(2104, 1, 29),
  );
  expect(() => parse('0 0 30 2 *')).toThrow(/day of month/);
  expect(() => parse('61 * * * *')).toThrow(/minute/);
  expect(() => parse('* * *')).toThrow(/fields/);
});

test('the parser is asked for only where a task has a pattern', () => {
  expect(mentionsCron({ tasks: { a: { schedule: { cron: '* * * * *' } } } })).toBe(true);
  expect(mentionsCron({ tasks: { a: { schedule: { daily: '03:00' } }, cron: null } })).toBe(false);
  for (const odd of [undefined, null, 3, { tasks: [1] }, { tasks: { a: { schedule: 'x' } } }]) {
    expect(mentionsCron(odd)).toBe(false);
  }
});
