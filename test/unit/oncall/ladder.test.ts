import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Ascent,
  answered,
  type Call,
  newAscent,
  rise,
} from '../../../collector/core/oncall/ladder.ts';
import type { Ladder } from '../../../collector/core/oncall/policies.ts';

const MIN = 60_000;
const ladder: Ladder = {
  name: 'page',
  steps: [
    { after: 0, receivers: ['first'] },
    { after: 5 * MIN, receivers: ['second', 'first'] },
  ],
  repeat: 1,
  acknowledgeTimeout: 60 * MIN,
};
const fresh = newAscent('page', '{}:{}', {});
const firing = (open: readonly string[]) => ({ open, isFiring: () => true });
const over = { open: [], isFiring: () => false };

describe('an ascent', () => {
  it('names each rung by group, beginning, round and step', () => {
    const { ascent, rungs } = rise(fresh, ladder, firing(['a']), 1000);
    expect(rungs).toEqual([{ startedAt: 1000, round: 0, step: 0, receivers: ['first'] }]);
    expect(ascent?.calls).toEqual([
      { key: '{}:{}#page/1000/0/0', receiver: 'first', fingerprints: ['a'], over: false },
    ]);
    const later = rise(ascent as Ascent, ladder, firing(['a']), 1000 + 5 * MIN);
    expect(later.ascent?.calls.map(({ key, receiver }) => `${receiver} ${key}`)).toEqual([
      'first {}:{}#page/1000/0/0',
      'second {}:{}#page/1000/0/1',
      'first {}:{}#page/1000/0/1',
    ]);
  });

  it('ends when somebody has the alerts, and begins anew when nobody has', () => {
    const { ascent } = rise(fresh, ladder, firing(['a']), 0);
    const taken = rise(ascent as Ascent, ladder, firing([]), 1).ascent;
    expect(taken?.climb).toBeUndefined();
    expect(Object.keys(taken?.told ?? {})).toEqual(['first']);
    const again = rise(taken as Ascent, ladder, firing(['a']), 60 * MIN);
    expect(again.rungs).toMatchObject([{ startedAt: 60 * MIN, round: 0, step: 0 }]);
  });

  it('tells of the end to whom it told of the beginning, once', () => {
    const { ascent } = rise(fresh, ladder, firing(['a']), 0);
    const [call] = ascent?.calls ?? [];
    const told = answered(ascent as Ascent, call as Call);
    const ended = rise(told as Ascent, ladder, over, MIN).ascent;
    expect(ended?.calls).toEqual([
      { key: '{}:{}#page/0/0/0', receiver: 'first', fingerprints: ['a'], over: true },
    ]);
    expect(rise(ended as Ascent, ladder, over, 2 * MIN).ascent?.calls).toHaveLength(1);
    expect(answered(ended as Ascent, ended?.calls[0] as Call)).toBeUndefined();
  });

  it('is forgotten when nothing was told', () => {
    expect(rise(fresh, ladder, over, 0).ascent).toBeUndefined();
    expect(rise(fresh, undefined, firing(['a']), 0).ascent).toBeUndefined();
  });

  it('never decides a rung for a receiver twice, and never more than its ladder has', () => {
    const steps = fc.array(
      fc.record({
        wait: fc.integer({ min: 0, max: 20 * MIN }),
        open: fc.boolean(),
        answers: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (moments) => {
        let ascent: Ascent | undefined;
        let now = 0;
        const decided = new Set<string>();
        const climbs = new Map<number, number>();
        for (const { wait, open, answers } of moments) {
          now += wait;
          const before = ascent ?? fresh;
          const risen = rise(before, ladder, firing(open ? ['a'] : []), now);
          const had = new Set(before.calls.map(({ key, receiver }) => `${receiver} ${key}`));
          for (const { key, receiver } of risen.ascent?.calls ?? []) {
            const name = `${receiver} ${key}`;
            if (had.has(name)) continue;
            expect(decided.has(name)).toBe(false);
            decided.add(name);
          }
          for (const { startedAt } of risen.rungs) {
            climbs.set(startedAt, (climbs.get(startedAt) ?? 0) + 1);
          }
          ascent = risen.ascent;
          const [call] = ascent?.calls ?? [];
          if (answers && ascent !== undefined && call !== undefined)
            ascent = answered(ascent, call);
        }
        for (const rungs of climbs.values()) expect(rungs).toBeLessThanOrEqual(4);
      }),
    );
  });
});
