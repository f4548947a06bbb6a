/** Hysteresis: the verdict follows what lasts, not what flickers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CALM_RUNS,
  type HysteresisRule,
  judge,
  NO_VERDICT,
} from '../../../agent/core/checks/verdict.ts';
import { CHECK_STATES, type CheckState } from '../../../protocol/messages/health.ts';

const RULE: HysteresisRule = { failures: 2, of: 3, recoveries: 1 };

function states(results: readonly CheckState[], rule = RULE): (CheckState | undefined)[] {
  let verdict = NO_VERDICT;
  return results.map((result) => {
    verdict = judge(verdict, result, rule);
    return verdict.state;
  });
}

function short(text: string, rule = RULE): string {
  const of = { o: 'ok', w: 'warning', u: 'unknown', c: 'critical' } as const;
  return states(
    Array.from(text, (letter) => of[letter as keyof typeof of]),
    rule,
  )
    .map((state) => state?.[0] ?? '-')
    .join('');
}

const changesIn = (seen: readonly unknown[]) =>
  seen.filter((state, index) => index > 0 && state !== seen[index - 1]).length;

const anyResults = fc.array(fc.constantFrom(...CHECK_STATES), { maxLength: 200 });
const anyRule = fc
  .record({
    failures: fc.integer({ min: 1, max: 6 }),
    more: fc.nat(6),
    recoveries: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ failures, more, recoveries }) => ({ failures, of: failures + more, recoveries }));

describe('hysteresis', () => {
  it.each([
    ['the first good answer is believed', 'o', 'o'],
    ['the first bad one is not', 'c', '-'],
    ['a single failure is passed over', 'ocoocoo', 'ooooooo'],
    ['two of three fail', 'oococ', 'ooooc'],
    ['two in a row fail', 'oocc', 'oooc'],
    ['a good run ends it', 'occoo', 'oocoo'],
    ['after a recovery failures are counted anew', 'occoc', 'oocoo'],
    ['unknown is no failure', 'ouc', 'ooo'],
    ['what lasts unknown is unknown', 'ouu', 'oou'],
    ['what failed stays failed while little is known', 'occuu', 'ooccc'],
    ['... until nothing is known for long', `occ${'u'.repeat(20)}`, `oocc${'c'.repeat(18)}u`],
    ['a warning lasts before it counts', 'owoowwo', 'ooooowo'],
    ['a failure may end in a warning', 'occw', 'oocw'],
  ])('%s', (_, results, expected) => {
    expect(short(results)).toBe(expected);
  });

  it('what alternates fails once or twice and then stays failed', () => {
    const seen = short('oc'.repeat(200));
    expect(changesIn(Array.from(seen))).toBeLessThanOrEqual(3);
    expect(seen.endsWith('c'.repeat(300))).toBe(true);
  });

  it('any short pattern that repeats settles', () => {
    const pattern = fc.array(fc.constantFrom('o', 'w', 'c', 'u'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pattern, anyRule, (letters, rule) => {
        const seen = Array.from(short(letters.join('').repeat(300), rule));
        expect(changesIn(seen.slice(-600))).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('a lasting answer becomes the verdict', () => {
    fc.assert(
      fc.property(anyResults, anyRule, fc.constantFrom(...CHECK_STATES), (before, rule, last) => {
        const runs = Math.max(rule.of, rule.recoveries * 16, CALM_RUNS);
        const seen = states([...before, ...Array<CheckState>(runs + rule.of).fill(last)], rule);
        expect(seen.at(-1)).toBe(last);
      }),
    );
  });

  it('fails only on enough failures, recovers only on enough good runs in a row', () => {
    fc.assert(
      fc.property(anyResults, anyRule, (results, rule) => {
        const seen = states(results, rule);
        seen.forEach((state, at) => {
          const before = at === 0 ? undefined : seen[at - 1];
          if (state === before) return;
          if (state === 'critical') {
            const recent = results.slice(Math.max(0, at + 1 - rule.of), at + 1);
            expect(recent.filter((one) => one === 'critical').length).toBeGreaterThanOrEqual(
              rule.failures,
            );
          }
          if (before === 'critical' && state !== 'unknown') {
            const row = results.slice(at + 1 - rule.recoveries, at + 1);
            expect(row.every((one) => one === 'ok' || one === 'warning')).toBe(true);
          }
        });
      }),
    );
  });
});
