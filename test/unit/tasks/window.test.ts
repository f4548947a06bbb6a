/** Windows against a clock that is looked at, also where they pass midnight and clocks are set. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jitterOf } from '../../../agent/core/tasks/jitter.ts';
import { isOpen, openingAt, type Window } from '../../../agent/core/tasks/window.ts';
import { change, DAY, HOUR, MINUTE, shown } from '../../support/tasks/zones.ts';

const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
const days = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 });
const hours = fc.tuple(minute, minute).filter(([from, to]) => from !== to);
const MANY = { numRuns: 30 };

/** Whether a clock that shows this time shows one between the window's ends. */
function showsOpen({ days, from, to }: Window, local: number): boolean {
  const date = new Date(local);
  const [weekday, time] = [date.getUTCDay(), date.getUTCHours() * 60 + date.getUTCMinutes()];
  if (from < to) return days.includes(weekday) && time >= from && time < to;
  return (
    (days.includes(weekday) && time >= from) || (days.includes((weekday + 6) % 7) && time < to)
  );
}

test('on days without a change it is open when the clock shows so', () => {
  fc.assert(
    fc.property(change, days, hours, ([zone, at], on, [from, to]) => {
      const window: Window = { name: 'w', days: on, from, to, zone };
      for (let step = 0; step < 40; step++) {
        const instant = at + 3 * DAY + step * 61 * MINUTE;
        expect(isOpen(window, instant)).toBe(showsOpen(window, shown(instant, zone)));
      }
    }),
    MANY,
  );
});

test('while clocks are set it is never open when no clock would say so', () => {
  fc.assert(
    fc.property(change, days, hours, ([zone, at], on, [from, to]) => {
      const window: Window = { name: 'w', days: on, from, to, zone };
      for (let instant = at - 6 * HOUR; instant < at + 6 * HOUR; instant += 23 * MINUTE) {
        const opening = openingAt(window, instant);
        if (opening === undefined) continue;
        expect(opening.end).toBeGreaterThan(Math.max(instant, opening.begin));
        expect(isOpen(window, instant)).toBe(opening.begin <= instant);
        // An hour that comes twice may lie inside, though its second coming shows an earlier time.
        const clocks = [
          shown(instant, zone),
          shown(instant - HOUR, zone) + HOUR,
          shown(instant - HOUR / 2, zone) + HOUR / 2,
        ];
        if (isOpen(window, instant))
          expect(clocks.some((clock) => showsOpen(window, clock))).toBe(true);
      }
    }),
    MANY,
  );
});

test('an opening that the clocks leave out does not open', () => {
  const window: Window = { name: 'w', days: [0], from: 120, to: 180, zone: 'Europe/Berlin' };
  const opening = openingAt(window, Date.UTC(2026, 2, 28, 12));
  expect(new Date(opening?.begin ?? 0).toISOString()).toBe('2026-04-05T00:00:00.000Z');
});

test('jitter is the same for a device and task, within its bound, and spreads a fleet', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.integer({ min: 0, max: 1e9 }),
      (device, task, bound) => {
        const jitter = jitterOf(device, task, bound);
        expect(jitterOf(device, task, bound)).toBe(jitter);
        expect(jitter === 0 || (jitter > 0 && jitter < bound)).toBe(true);
      },
    ),
  );
  const quarters = [0, 0, 0, 0];
  for (let n = 0; n < 1000; n++) {
    const quarter = Math.floor(jitterOf(`device-${n}`, 'tidy', 4000) / 1000);
    quarters[quarter] = (quarters[quarter] ?? 0) + 1;
  }
  expect(Math.min(...quarters)).toBeGreaterThan(200);
});
