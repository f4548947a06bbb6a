import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damp, type Flaps } from '../../../collector/core/oncall/flapping.ts';

const policy = { window: 600, changes: 4, hold: 100 };

function run(states: readonly (readonly [at: number, firing: boolean])[]) {
  let flaps: Flaps | undefined;
  return states.map(([at, firing]) => {
    const seen = damp(flaps, policy, firing, at);
    flaps = seen.flaps;
    return seen;
  });
}

describe('flap damping', () => {
  it('lets an alert through that fires and ends once', () => {
    const seen = run([
      [0, true],
      [50, true],
      [60, false],
    ]);
    expect(seen.map(({ firing }) => firing)).toEqual([true, true, false]);
    expect(seen.some(({ flapping }) => flapping)).toBe(false);
  });

  it('holds one that changes often until it was resolved for long enough', () => {
    const seen = run([
      [0, true],
      [10, false],
      [20, true],
      [30, false],
      [80, false],
      [129, false],
      [130, false],
    ]);
    expect(seen.map(({ firing }) => firing)).toEqual([true, false, true, true, true, true, false]);
    expect(seen[3]).toMatchObject({ flapping: true, until: 130 });
  });

  it('forgets changes outside its window', () => {
    const seen = run([
      [0, true],
      [10, false],
      [700, true],
      [710, false],
    ]);
    expect(seen.map(({ firing }) => firing)).toEqual([true, false, true, false]);
  });

  it('never shows a firing alert as resolved, and lets go of every one in the end', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.boolean()), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(steps, (pauses) => {
        let now = 0;
        let flaps: Flaps | undefined;
        for (const [pause, firing] of pauses) {
          now += pause;
          const seen = damp(flaps, policy, firing, now);
          flaps = seen.flaps;
          if (firing) expect(seen.firing).toBe(true);
          expect(flaps.changedAt.length).toBeLessThanOrEqual(policy.changes);
        }
        const ended = damp(flaps, policy, false, now);
        expect(damp(ended.flaps, policy, false, now + policy.hold).firing).toBe(false);
      }),
    );
  });
});
