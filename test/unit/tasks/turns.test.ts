/** Turns under a clock that steps both ways: none is taken twice, none lost without being told. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noCron } from '../../../agent/config/cron.ts';
import { nextDue, type Schedule } from '../../../agent/core/tasks/schedule.ts';
import { afterStep, newTurns, nextTurn, take, turnAt } from '../../../agent/core/tasks/turns.ts';
import { scheduleOf } from '../../../agent/core/tasks/written.ts';
import { DAY, HOUR, MINUTE } from '../../support/tasks/zones.ts';

const minutes = (...list: number[]): Schedule => ({
  text: 'test',
  zone: 'UTC',
  days: { every: true },
  times: Array.from({ length: 24 }, (_, hour) =>
    list.map((minute) => (hour * 60 + minute) * 60),
  ).flat(),
  everyHour: true,
});
const daily = scheduleOf({ daily: '03:00' }, 'Europe/Berlin', noCron) as Schedule;
const schedules = fc.constantFrom(daily, minutes(0), minutes(0, 15, 30, 45), minutes(7));
const START = Date.UTC(2026, 2, 27);

/** Time passes, or the clock is set; at each look the newest turn is taken. */
const move = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }).map((n) => n * MINUTE) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }).map((n) => n * HOUR) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((n) => n * DAY) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3000 }).map((n) => -n * MINUTE) },
  { weight: 1, arbitrary: fc.constant(-1000) },
);

test('no due instant is taken twice, however the clock is set', () => {
  fc.assert(
    fc.property(schedules, fc.array(move, { maxLength: 15 }), (schedule, moves) => {
      let at = START;
      let turns = newTurns(at);
      const taken = new Set<number>();
      for (const by of moves) {
        at += by;
        turns = afterStep(turns, at);
        const turn = turnAt(schedule, turns, at);
        if (turn === undefined) continue;
        expect(turn.due).toBeLessThanOrEqual(at);
        expect(taken.has(turn.due)).toBe(false);
        taken.add(turn.due);
        turns = take(turns, turn);
        expect(turnAt(schedule, turns, at)).toBeUndefined();
        const next = nextTurn(schedule, turns, at);
        expect(next !== undefined && next > at && !taken.has(next)).toBe(true);
      }
    }),
  );
});

test('while the clock runs, every due instant is taken or counted as missed', () => {
  const steps = fc.array(
    fc.integer({ min: 1, max: 300 }).map((n) => n * MINUTE),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(schedules, steps, (schedule, moves) => {
      let at = START;
      let turns = newTurns(at);
      let told = 0;
      for (const by of moves) {
        at += by;
        const turn = turnAt(schedule, turns, at);
        if (turn === undefined) continue;
        told += 1 + turn.earlier;
        turns = take(turns, turn);
      }
      let due = 0;
      for (let t = nextDue(schedule, START); t !== undefined && t <= at; t = nextDue(schedule, t))
        due++;
      expect(told).toBe(due);
    }),
  );
});

test('what a wrong clock skipped is still taken when the clock is right again', () => {
  let turns = newTurns(START);
  const year = START + 365 * DAY;
  const wrong = turnAt(daily, turns, year);
  expect(wrong?.earlier).toBe(100);
  turns = take(turns, wrong ?? { due: 0, earlier: 0 });
  const right = START + DAY / 2;
  turns = afterStep(turns, right);
  const taken: number[] = [];
  for (let at = right; at < right + 5 * DAY; at += HOUR) {
    const turn = turnAt(daily, turns, at);
    if (turn === undefined) continue;
    taken.push(turn.due);
    turns = take(turns, turn);
  }
  expect(taken).toHaveLength(5);
});

test('what was off for years is found at once', () => {
  const everyMinute = minutes(...Array.from({ length: 60 }, (_, minute) => minute));
  const at = START + 1500 * DAY;
  expect(turnAt(everyMinute, newTurns(START), at)).toEqual({ due: at, earlier: 100 });
});
