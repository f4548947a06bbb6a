/** What becomes of a turn: windows are kept, missed turns follow their rule, nothing waits for ever. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noCron } from '../../../agent/config/cron.ts';
import type { Schedule } from '../../../agent/core/tasks/schedule.ts';
import { newTurns, turnAt } from '../../../agent/core/tasks/turns.ts';
import {
  type TurnRules,
  verdictOn,
  type Waiting,
  waitingFor,
} from '../../../agent/core/tasks/verdict.ts';
import { isOpen, type Window } from '../../../agent/core/tasks/window.ts';
import { scheduleOf } from '../../../agent/core/tasks/written.ts';
import { change, DAY, HOUR, MINUTE } from '../../support/tasks/zones.ts';

const schedule = (daily: string, zone = 'UTC'): Schedule =>
  scheduleOf({ daily }, zone, noCron) as Schedule;
const night: Window = { name: 'night', days: [1, 2, 3, 4, 5], from: 60, to: 300, zone: 'UTC' };
/** A Tuesday. */
const TUESDAY = Date.UTC(2026, 10, 24);
const at = (hours: number): number => TUESDAY + hours * HOUR;

function seen(rules: TurnRules, since: number, now: number): Waiting {
  const turns = newTurns(since);
  const turn = turnAt(rules.schedule, turns, now - rules.jitter);
  if (turn === undefined) throw new Error('no turn has come');
  return waitingFor(turn, rules, turns, now);
}

const rules = (part: Partial<TurnRules> = {}): TurnRules => ({
  schedule: schedule('03:00'),
  jitter: 0,
  missed: 'run',
  ...part,
});

test.each<[string, TurnRules, seenAt: number, now: number, what: string]>([
  ['in time', rules(), 3, 3, 'begin'],
  ['it waited for its conditions', rules(), 3, 26, 'begin'],
  ['the next turn comes', rules(), 3, 27, 'skip'],
  ['missed by hours', rules(), 9, 9, 'begin'],
  ['missed, and that is skipped', rules({ missed: 'skip' }), 9, 9, 'skip'],
  ['late by a minute is not missed', rules({ missed: 'skip' }), 3 + 1 / 60, 3 + 1 / 60, 'begin'],
  ['its window is open', rules({ window: night }), 3, 4.9, 'begin'],
  ['its window has closed', rules({ window: night }), 3, 5, 'skip'],
  ['missed, the window is still open', rules({ window: night }), 4, 4, 'begin'],
  ["missed, and the next opening is the next turn's", rules({ window: night }), 9, 9, 'skip'],
  ['before its window', rules({ schedule: schedule('00:30'), window: night }), 0.5, 0.6, 'wait'],
  [
    'window of the next day',
    rules({ schedule: schedule('12:00'), window: night }),
    12,
    25.5,
    'begin',
  ],
  [
    'a window that does not open this week',
    rules({ schedule: schedule('06:00'), window: { ...night, days: [1] } }),
    6,
    6,
    'skip',
  ],
])('%s', (_, given, seenAt, now, what) => {
  expect(verdictOn(seen(given, at(0), at(seenAt)), given, at(now)).what).toBe(what);
});

test('a monthly turn that was missed is made up for within a day, not later', () => {
  const monthly = scheduleOf({ monthly: '24 03:00' }, 'UTC', noCron) as Schedule;
  const given = rules({ schedule: monthly });
  expect(verdictOn(seen(given, at(0), at(20)), given, at(20)).what).toBe('begin');
  expect(verdictOn(seen(given, at(0), at(27.5)), given, at(27.5)).what).toBe('skip');
});

test('no turn begins outside its window or after its time, around changes of the clocks', () => {
  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const days = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 });
  fc.assert(
    fc.property(
      change,
      minute,
      minute,
      minute,
      days,
      fc.integer({ min: 0, max: 3 * HOUR }),
      fc.integer({ min: -40, max: 80 }),
      ([zone, change], time, from, to, on, jitter, offset) => {
        fc.pre(from !== to);
        const clock = `${String(Math.floor(time / 60)).padStart(2, '0')}:${String(time % 60).padStart(2, '0')}`;
        const given = rules({
          schedule: schedule(clock, zone),
          jitter,
          window: { name: 'w', days: on, from, to, zone },
        });
        const first = change + offset * HOUR;
        const waiting = seen(given, first - 30 * HOUR, first);
        for (let now = first; now < first + 3 * DAY; now += 47 * MINUTE) {
          const verdict = verdictOn(waiting, given, now);
          if (verdict.what === 'skip') break;
          expect(now).toBeLessThan(waiting.until);
          if (verdict.what === 'begin') expect(isOpen(given.window as Window, now)).toBe(true);
          expect(now).toBeGreaterThanOrEqual(waiting.due + jitter);
        }
        expect(verdictOn(waiting, given, waiting.until).what).toBe('skip');
      },
    ),
    { numRuns: 60 },
  );
});
