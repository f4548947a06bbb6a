/** Flags: rules in order, shares that are stable, grow and are even; plans that stop by themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, type FlagPlan, shareOf } from '../../../collector/core/fleet/flag-plan.ts';
import {
  evaluate,
  type Flag,
  type FlagRule,
  flagProblem,
  readyFlag,
} from '../../../collector/core/fleet/flags.ts';
import type { Selectable } from '../../../collector/core/fleet/selector.ts';
import { inShare, place } from '../../../collector/core/fleet/share.ts';

const device = (id: string, ring = 'late'): Selectable => ({
  id,
  site: 'berlin',
  labels: new Map([['ring', ring]]),
  facts: new Map(),
});

function flag(rules: readonly FlagRule[], more: Partial<Flag> = {}): Flag {
  return {
    name: 'new-ui',
    ...{ type: 'string', description: '', default: 'old', off: 'off', killed: false, rules },
    ...{ version: 1, at: 0, by: 'ada', comment: '' },
    ...more,
  };
}

const value = (one: Flag, who: Selectable) => evaluate(readyFlag(one), who);

describe('a flag', () => {
  const rules = [
    { selector: 'ring=canary', value: 'canary', share: 100 },
    { selector: 'all', value: 'some', share: 30 },
  ];

  it('takes the first rule that matches, else the default', () => {
    expect(value(flag(rules), device('a', 'canary'))).toEqual({
      value: 'canary',
      reason: 'rule',
      rule: 0,
    });
    const ids = Array.from({ length: 200 }, (_, index) => `pi-${index}`);
    const got = ids.map((id) => value(flag(rules), device(id)).value);
    expect(new Set(got)).toEqual(new Set(['some', 'old']));
  });

  it('is off for all when it is killed', () => {
    expect(value(flag(rules, { killed: true }), device('a', 'canary'))).toEqual({
      value: 'off',
      reason: 'killed',
    });
  });

  it.each([
    [{ default: 1 }, 'default: 1 is no string'],
    [{ off: true }, 'off: true is no string'],
    [{ rules: [{ selector: 'a=', value: 1, share: 1 }] }, 'rules[0].value: 1 is no string'],
    [{ rules: [{ selector: ',', value: 'a', share: 1 }] }, 'rules[0].selector: selector ","'],
    [{ rules: [{ selector: 'all', value: 'a', share: 101 }] }, 'rules[0].share: 101'],
    [{ default: 'x'.repeat(5_000) }, 'longer than'],
  ])('is refused: %j', (more, problem) => {
    expect(flagProblem(flag([], more as Partial<Flag>))).toContain(problem);
  });
});

describe('a share', () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
  const share = fc.double({ min: 0, max: 100, noNaN: true });

  it('only grows: who is in stays in', () => {
    fc.assert(
      fc.property(id, share, share, (one, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(inShare('f', one, less)).toBe(inShare('f', one, less));
        if (inShare('f', one, less)) expect(inShare('f', one, more)).toBe(true);
        expect(inShare('f', one, 0)).toBe(false);
        expect(inShare('f', one, 100)).toBe(true);
      }),
    );
  });

  it('is even, for ids that look alike too, and of its own for each name', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `gateway-${index}`);
    for (const name of ['a', 'b', 'new-ui']) {
      const tenths = new Array<number>(10).fill(0);
      for (const one of ids) tenths[Math.floor(place(name, one) / 10)]! += 1;
      // Four standard deviations of a tenth of 20,000.
      for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(170);
    }
    const both = ids.filter((one) => inShare('a', one, 50) && inShare('b', one, 50)).length;
    expect(Math.abs(both - 5_000)).toBeLessThan(245);
  });
});

describe('a plan', () => {
  const steps = [
    { share: 1, forMs: 100 },
    { share: 10, forMs: 200 },
    { share: 100, forMs: 0 },
  ];
  const plan: FlagPlan = {
    ...{ rule: 0, steps, step: 0, since: 1_000, maxUnhealthy: 5, state: 'running', reason: '' },
  };
  const fine = { healthy: 100, unhealthy: 0 };

  it('goes on by time and ends', () => {
    expect(advance(plan, fine, 1_099)).toBeUndefined();
    const second = advance(plan, fine, 1_100);
    expect(second).toMatchObject({ step: 1, since: 1_100 });
    const third = advance(second ?? plan, fine, 1_300) ?? plan;
    expect(shareOf(third)).toBe(100);
    expect(advance(third, fine, 1_300)).toMatchObject({ state: 'done' });
  });

  it('pauses above its limit, and not at it', () => {
    expect(advance(plan, { healthy: 95, unhealthy: 5 }, 1_000)).toBeUndefined();
    const paused = advance(plan, { healthy: 94, unhealthy: 6 }, 1_100);
    expect(paused).toMatchObject({ step: 0, state: 'paused' });
    expect(paused?.reason).toContain('6 of 100');
    expect(advance(paused ?? plan, fine, 9_000)).toBeUndefined();
  });

  it('takes the value back from all instead, where that was asked for', () => {
    const strict: FlagPlan = { ...plan, step: 1, onFailure: 'off' };
    const off = advance(strict, { healthy: 94, unhealthy: 6 }, 1_100);
    expect(off).toMatchObject({
      step: 1,
      state: 'off',
      reason: expect.stringContaining('6 of 100') as string,
    });
    expect(off && shareOf(off)).toBe(0);
    expect(advance(off ?? plan, fine, 9_000)).toBeUndefined();
  });

  it('without known health goes on', () => {
    expect(advance(plan, { healthy: 0, unhealthy: 0 }, 1_100)).toMatchObject({ step: 1 });
  });
});
