/** The comparison with devices that wait: valid however often it is looked at, and quick when it matters. */
import { describe, expect, it } from 'vitest';
import { type Evidence, noEvidence, observe } from '../../../collector/core/rollouts/evidence.ts';
import { randomFrom } from '../../support/rollouts/random.ts';

const RULES = { tolerance: 2, margin: 10, alpha: 5 };

/** Pairs until a decision against the build, or so many. */
function run(seed: number, updated: number, waiting: number, most: number, rules = RULES) {
  const random = randomFrom(seed);
  let evidence: Evidence = noEvidence();
  let pairs = 0;
  for (; pairs < most && evidence.verdict !== 'stop'; pairs++) {
    evidence = observe(
      evidence,
      { bad: random() < updated, controlBad: random() < waiting },
      rules,
    );
  }
  return { evidence, pairs };
}

const share = (runs: number, stop: (seed: number) => boolean) =>
  Array.from({ length: runs }, (_, seed) => stop(seed + 1)).filter(Boolean).length / runs;

describe('the comparison', () => {
  it.each([
    [0.01, 0.01],
    [0.03, 0.01],
    [0.12, 0.1],
    [0.5, 0.5],
  ])(
    'stops a build that is as good as tolerated seldom enough: %d beside %d',
    (updated, waiting) => {
      // Looked at after each of 200 pairs; alpha is 5 %, the bound holds for the whole course.
      expect(
        share(100, (seed) => run(seed, updated, waiting, 200).evidence.verdict === 'stop'),
      ).toBeLessThanOrEqual(0.1);
    },
  );

  it('stops a bad build soon: the sooner the worse', () => {
    const strict = { ...RULES, alpha: 0.1 };
    const median = (bad: number) => {
      const all = Array.from(
        { length: 31 },
        (_, seed) => run(seed + 1, bad, 0.01, 5_000, strict).pairs,
      );
      return all.sort((a, b) => a - b)[15] ?? 0;
    };
    expect(median(1)).toBeLessThanOrEqual(8);
    expect(median(0.2)).toBeLessThanOrEqual(120);
    expect(median(0.1)).toBeGreaterThan(median(0.2));
  });

  it('says go for a good build, and nothing of one alone', () => {
    expect(run(1, 0.01, 0.01, 300).evidence.verdict).toBe('go');
    let alone = noEvidence();
    for (let i = 0; i < 100; i++) alone = observe(alone, { bad: true }, RULES);
    expect(alone).toMatchObject({
      verdict: 'inconclusive',
      updated: 100,
      updatedBad: 100,
      waiting: 0,
    });
  });

  it('says go seldom for a build that is worse by the margin', () => {
    const rate = share(80, (seed) => {
      const random = randomFrom(seed);
      let evidence = noEvidence();
      for (let i = 0; i < 300 && evidence.verdict === 'inconclusive'; i++) {
        evidence = observe(
          evidence,
          { bad: random() < 0.11, controlBad: random() < 0.01 },
          { ...RULES, alpha: 1e-6 },
        );
      }
      return evidence.verdict === 'go';
    });
    expect(rate).toBeLessThanOrEqual(0.1);
  });
});
