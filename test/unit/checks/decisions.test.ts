/** Events, moments, phases, and what is worth sending again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeOf, overallChange, type ToldCheck } from '../../../agent/core/checks/changes.ts';
import { wallOf } from '../../../agent/core/checks/moment.ts';
import { firstDue, nextDue, phaseOf, placeOf } from '../../../agent/core/checks/schedule.ts';
import { shapeOf, wordsOf } from '../../../agent/core/checks/shape.ts';
import {
  CHECK_STATES,
  type CheckState,
  type Health,
  OVERALL,
} from '../../../protocol/messages/health.ts';

const check = (more: Partial<ToldCheck>): ToldCheck => ({
  name: 'web',
  kind: 'http',
  critical: true,
  text: 'found',
  state: 'ok',
  pending: false,
  behind: [],
  ...more,
});

describe('events', () => {
  it.each([
    [undefined, 'ok', undefined],
    [undefined, 'critical', 'check.failed'],
    [undefined, 'warning', 'check.warning'],
    ['ok', 'critical', 'check.failed'],
    ['ok', 'warning', 'check.warning'],
    ['ok', 'unknown', 'check.unknown'],
    ['critical', 'warning', 'check.recovered'],
    ['critical', 'ok', 'check.recovered'],
    ['warning', 'ok', 'check.recovered'],
    ['unknown', 'ok', 'check.recovered'],
    ['unknown', 'critical', 'check.failed'],
  ] as const)('from %s to %s: %s', (told, state, name) => {
    expect(changeOf(told, check({ state }))?.name).toBe(name);
  });

  it('never without a change, and never while nothing is known', () => {
    const anyState = fc.constantFrom(...CHECK_STATES);
    fc.assert(
      fc.property(anyState, anyState, fc.boolean(), (told, state, pending) => {
        expect(changeOf(state, check({ state, pending }))).toBeUndefined();
        expect(changeOf(told, check({ state, pending: true }))).toBeUndefined();
        expect(changeOf(told, check({ state })) === undefined).toBe(told === state);
      }),
    );
  });

  it('tells the overall when it changes', () => {
    for (const before of OVERALL) {
      for (const overall of OVERALL) {
        const event = overallChange(before, { overall, reason: 'r' });
        expect(event?.attributes['overall']).toBe(before === overall ? undefined : overall);
      }
    }
    expect(overallChange(undefined, { overall: 'healthy', reason: '' })).toBeUndefined();
    expect(overallChange(undefined, { overall: 'degraded', reason: 'r' })?.severity).toBe(
      'warning',
    );
  });
});

describe('moments', () => {
  const ms = fc.integer({ min: 0, max: 1e12 });

  it('stand still while the clock is only trimmed', () => {
    const trims = fc.integer({ min: -59_000, max: 59_000 });
    fc.assert(
      fc.property(ms, ms, ms, trims, (wall, mono, passed, trim) => {
        const now = { wall: wall + passed + trim, mono: mono + passed };
        expect(wallOf({ wall, mono }, now)).toBe(Math.min(wall, now.wall));
      }),
    );
  });

  it('keep their distance to now when the clock is set, however far', () => {
    const steps = fc.integer({ min: -1e12, max: 1e12 }).filter((step) => Math.abs(step) > 60_000);
    fc.assert(
      fc.property(ms, ms, ms, steps, (wall, mono, passed, step) => {
        const now = { wall: wall + passed + step, mono: mono + passed };
        expect(now.wall - wallOf({ wall, mono }, now)).toBe(passed);
      }),
    );
  });
});

describe('when a check is due', () => {
  const intervals = fc.integer({ min: 1_000, max: 86_400_000 });
  const times = fc.integer({ min: 0, max: 1e10 });
  const randoms = fc.double({ min: 0, max: 0.999, noNaN: true });
  const phases = randoms.map(phaseOf);

  it('first runs of twenty checks spread', () => {
    const names = Array.from({ length: 20 }, (_, at) => `check-${at}`);
    const slots = new Set(names.map((name) => Math.floor(placeOf(name) * 10)));
    expect(slots.size).toBeGreaterThanOrEqual(7);
    for (const name of names) {
      for (const interval of [3_000, 30_000]) {
        const { from, until } = firstDue(1_000, name, interval);
        expect([from, from >= 1_000]).toEqual([until, true]);
        expect(from - 1_000).toBeLessThanOrEqual(Math.min(interval, 10_000));
      }
    }
  });

  it('comes round once in each interval, behind the time asked for, and does not drift', () => {
    fc.assert(
      fc.property(phases, intervals, times, randoms, (phase, intervalMs, now, random) => {
        const jitterMs = intervalMs / 10;
        const { from, until } = nextDue(now, phase, { intervalMs, jitterMs }, random);
        expect(from).toBeGreaterThan(now);
        expect(from - now).toBeLessThanOrEqual(intervalMs);
        expect(until - from).toBeGreaterThanOrEqual(0);
        expect(until - from).toBeLessThanOrEqual(jitterMs);
        // Whenever in its window it runs, the next one is one interval behind.
        for (const ran of [from, until]) {
          const next = nextDue(ran, phase, { intervalMs, jitterMs }, random);
          expect(next.from).toBe(from + intervalMs);
        }
      }),
    );
  });

  it('is the same for intervals of which one is a multiple of the other', () => {
    const factors = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(phases, intervals, factors, times, (phase, intervalMs, factor, now) => {
        const long = { intervalMs: intervalMs * factor, jitterMs: 0 };
        const { from } = nextDue(now, phase, long, 0);
        expect(nextDue(from - 1, phase, { intervalMs, jitterMs: 0 }, 0).from).toBe(from);
      }),
    );
  });

  it('is spread over the devices of a fleet that started at the same moment', () => {
    const pace = { intervalMs: 30_000, jitterMs: 0 };
    const all = Array.from({ length: 1_000 }, (_, n) => nextDue(0, phaseOf(n / 1_000), pace, 0));
    const seconds = new Set(all.map(({ from }) => Math.floor(from / 1_000)));
    expect(seconds.size).toBeGreaterThanOrEqual(30);
  });
});

describe('what is sent again', () => {
  const health = (state: CheckState, text: string, at: number): Health => ({
    wall: at,
    overall: 'healthy',
    reason: '',
    since: at,
    checks: [
      {
        name: 'disk',
        kind: 'disk',
        state,
        since: at,
        at,
        text,
        critical: false,
        component: '',
        durationMs: at,
        labels: new Map([['team', 'a']]),
      },
    ],
  });

  it('not times and figures, but states and words', () => {
    const before = shapeOf(health('ok', '/: 81.5 % used', 1));
    expect(shapeOf(health('ok', '/: 82 % used', 2))).toBe(before);
    expect(shapeOf(health('warning', '/: 82 % used', 2))).not.toBe(before);
    const aged = ['1h59m58s', '2h', '2h3s', '1d2h'].map((age) => `/a: changed ${age} ago, 1 kB`);
    expect(new Set(aged.map((text) => shapeOf(health('ok', text, 1)))).size).toBe(1);
    expect(wordsOf('3 hosts in 1.5 s, 2 more, 4mails, v1.2.3')).toBe(
      '0 hosts in 0 s, 0 more, 0mails, v0',
    );
    expect(shapeOf(health('ok', '/: read-only', 2))).not.toBe(before);
  });
});
