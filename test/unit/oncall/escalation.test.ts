import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  type Climb,
  type EscalationPolicy,
  type Rung,
} from '../../../collector/core/oncall/escalation.ts';

const MINUTE = 60_000;
const ladder: EscalationPolicy = {
  steps: [
    { after: 0, receivers: ['chat'] },
    { after: 15 * MINUTE, receivers: ['mail', 'phone'] },
  ],
  repeat: 1,
};

/** Looks every minute and notes what was told when. */
function watch(policy: EscalationPolicy, minutes: number, open: (minute: number) => boolean) {
  let climb: Climb | undefined;
  const told: { minute: number; rung: Rung }[] = [];
  for (let minute = 0; minute <= minutes; minute++) {
    const next = advance(climb, policy, open(minute), minute * MINUTE);
    climb = next.climb;
    told.push(...next.tell.map((rung) => ({ minute, rung })));
  }
  return told;
}

describe('a ladder', () => {
  it('is climbed step by step, again as often as it says, and then no more', () => {
    const told = watch(ladder, 200, () => true);
    expect(told.map(({ minute, rung }) => [minute, rung.round, rung.receivers])).toEqual([
      [0, 0, ['chat']],
      [15, 0, ['mail', 'phone']],
      [30, 1, ['chat']],
      [45, 1, ['mail', 'phone']],
    ]);
  });

  it('ends when nothing is open, and begins at its foot when something is again', () => {
    const told = watch(ladder, 40, (minute) => minute < 10 || minute >= 20);
    expect(told.map(({ minute, rung }) => [minute, rung.step])).toEqual([
      [0, 0],
      [20, 0],
      [35, 1],
    ]);
  });

  it('tells what fell due while nobody looked', () => {
    const first = advance(undefined, ladder, true, 0);
    const late = advance(first.climb, ladder, true, 31 * MINUTE);
    expect(late.tell.map(({ round, step }) => [round, step])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('is at its end when it became shorter under a climb', () => {
    const first = advance(undefined, ladder, true, 0);
    const shorter = { steps: ladder.steps.slice(0, 1), repeat: 0 };
    expect(advance(first.climb, shorter, true, 60 * MINUTE).tell).toEqual([]);
  });

  const policies = fc.record({
    steps: fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 30 }).map((minutes) => minutes * MINUTE),
        receivers: fc.constant(['someone']),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    repeat: fc.integer({ min: 0, max: 3 }),
  });

  it('tells each rung at most once, whenever one looks and however often it is restarted', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 20 * MINUTE }), { maxLength: 60 });
    fc.assert(
      fc.property(policies, looks, (policy, pauses) => {
        let climb: Climb | undefined;
        let now = 0;
        const seen: string[] = [];
        for (const pause of pauses) {
          const next = advance(climb, policy, true, now);
          // What a restart finds is what was written.
          climb = next.climb && (JSON.parse(JSON.stringify(next.climb)) as Climb);
          seen.push(...next.tell.map(({ round, step }) => `${round}/${step}`));
          now += pause;
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.length).toBeLessThanOrEqual(policy.steps.length * (policy.repeat + 1));
      }),
    );
  });

  it('looking more often changes nothing about what is told', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 300 }), (policy, minutes) => {
        const often = watch(policy, minutes, () => true).map(({ rung }) => rung);
        const first = advance(undefined, policy, true, 0);
        const last = advance(first.climb, policy, true, minutes * MINUTE);
        expect([...first.tell, ...last.tell]).toEqual(often);
      }),
    );
  });
});
