import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import {
  type AlertInstance,
  advance,
  begun,
  isFiring,
  type Observation,
  type Patience,
  RESOLVED_RETENTION_MS,
} from '../../../collector/rules/evaluation/alert-state.ts';
import { restored } from '../../../collector/rules/evaluation/restore.ts';
import { decodeAlert, encodeAlert } from '../../../collector/work/rules/alert-record.ts';

const INTERVAL = 30_000;
const START = Date.UTC(2026, 2, 29, 0, 30);
const CANDIDATE = { labels: LabelSet.of([['alertname', 'A']]), annotations: {}, value: 1 };

type Life = AlertInstance | undefined;

function step(alert: Life, seen: Observation, now: number, patience: Patience): Life {
  if (alert !== undefined) return advance(alert, seen, now, patience);
  return seen === 'present' ? begun(CANDIDATE, now, patience) : undefined;
}

function live(seen: readonly Observation[], patience: Patience, start = START): readonly Life[] {
  let alert: Life;
  return seen.map((one, index) => {
    alert = step(alert, one, start + index * INTERVAL, patience);
    return alert;
  });
}

const observations = fc.array(fc.constantFrom<Observation>('present', 'absent', 'held'), {
  minLength: 1,
  maxLength: 80,
});
const patiences = fc.record({
  holdMs: fc.constantFrom(0, 1, INTERVAL, 5 * INTERVAL, 7 * INTERVAL + 1),
  keepFiringMs: fc.constantFrom(0, INTERVAL, 4 * INTERVAL),
});

describe('the life of an alert', () => {
  it('fires after `for`, keeps firing, is resolved, and is gone after a while', () => {
    const patience = { holdMs: 2 * INTERVAL, keepFiringMs: 2 * INTERVAL };
    const seen: Observation[] = ['present', 'present', 'present', 'absent', 'absent', 'absent'];
    const states = live(seen, patience).map((alert) => alert?.state);
    expect(states).toEqual(['pending', 'pending', 'firing', 'keeping', 'keeping', 'resolved']);
    const over = live(seen, patience).at(-1) as AlertInstance;
    const resolvedAt = START + 5 * INTERVAL;
    expect(over.resolvedAt).toBe(resolvedAt);
    expect(advance(over, 'absent', resolvedAt + RESOLVED_RETENTION_MS, patience)).toBe(over);
    expect(
      advance(over, 'absent', resolvedAt + RESOLVED_RETENTION_MS + 1, patience),
    ).toBeUndefined();
  });

  it('never fires before `for` has passed without a break', () => {
    fc.assert(
      fc.property(observations, patiences, (seen, patience) => {
        live(seen, patience).forEach((alert, index) => {
          if (alert === undefined || !isFiring(alert)) return;
          const firedAt = alert.firedAt as number;
          expect(firedAt - alert.activeAt).toBeGreaterThanOrEqual(patience.holdMs);
          const first = (alert.activeAt - START) / INTERVAL;
          const until = (firedAt - START) / INTERVAL;
          expect(seen.slice(first, until + 1)).not.toContain('absent');
          expect(until).toBeLessThanOrEqual(index);
        });
      }),
    );
  });

  it('does not change while nobody can know', () => {
    fc.assert(
      fc.property(
        observations,
        patiences,
        fc.integer({ min: 1, max: 1e9 }),
        (seen, patience, ms) => {
          for (const [index, alert] of live(seen, patience).entries()) {
            if (alert === undefined) continue;
            expect(advance(alert, 'held', START + index * INTERVAL + ms, patience)).toBe(alert);
          }
        },
      ),
    );
  });

  it('is the same after a restart at any point', () => {
    fc.assert(
      fc.property(observations, patiences, fc.nat(), (seen, patience, point) => {
        const cut = point % seen.length;
        let alert: Life;
        const states = seen.map((one, index) => {
          const now = START + index * INTERVAL;
          if (index === cut && alert !== undefined) {
            const kept = decodeAlert(encodeAlert(alert)) as AlertInstance;
            const lastRound = now - INTERVAL;
            alert = restored(kept, { lastRound, now, intervalMs: INTERVAL });
          }
          alert = step(alert, one, now, patience);
          return alert;
        });
        const plain = (life: Life) => life && { ...life, labels: life.labels.key };
        expect(states.map(plain)).toEqual(live(seen, patience).map(plain));
      }),
    );
  });

  it('knows no hours of the day: the same at any time of the year', () => {
    fc.assert(
      fc.property(observations, patiences, fc.integer({ min: -4e12, max: 4e12 }), (seen, p, by) => {
        const states = (start: number) => live(seen, p, start).map((one) => one?.state);
        expect(states(START + by)).toEqual(states(START));
      }),
    );
  });
});

describe('a restart', () => {
  const pending = begun(CANDIDATE, START, { holdMs: 60_000, keepFiringMs: 0 });
  const outage = (ms: number) => ({
    lastRound: START,
    now: START + INTERVAL + ms,
    intervalMs: INTERVAL,
  });

  it('does not count towards `for` what nobody watched', () => {
    expect(restored(pending, outage(0))).toBe(pending);
    expect(restored(pending, outage(600_000))?.activeAt).toBe(START + 600_000);
  });

  it('forgets pending alerts after an hour, firing ones never', () => {
    expect(restored(pending, outage(3_600_001))).toBeUndefined();
    const firing = begun(CANDIDATE, START, { holdMs: 0, keepFiringMs: 0 });
    expect(restored(firing, outage(86_400_000))).toBe(firing);
  });

  it('passes over records that it cannot read', () => {
    expect(decodeAlert(Buffer.from('{'))).toBeUndefined();
    expect(decodeAlert(Buffer.from('{"v":2}'))).toBeUndefined();
    expect(decodeAlert(Buffer.from('{"v":1,"labels":{},"annotations":{}}'))).toBeUndefined();
    const infinite = decodeAlert(encodeAlert({ ...pending, value: Number.POSITIVE_INFINITY }));
    expect(infinite?.value).toBe(Number.POSITIVE_INFINITY);
  });
});
