/**
 * Updated devices against devices that wait, one after the other: a test that may be looked at as
 * often as one likes. Each outcome multiplies a bet against a hypothesis; when that holds, the bet is
 * expected to win nothing, whenever one stops, so reaching 1/alpha has at most the chance alpha.
 *
 * The bet is a likelihood ratio between what is feared and the nearest rates of the hypothesis (the
 * projection with the least Kullback-Leibler divergence), which makes it valid for every pair of rates
 * within it, as that set is convex. Several fears are mixed, so that none has to be guessed.
 */

export interface Evidence {
  /** Logarithms of the bets on "worse than tolerated", one for each fear. */
  readonly worse: readonly number[];
  /** Of the bet on "not worse by the margin". */
  readonly fine: number;
  /** Updated and waiting devices so far, and how many of them went bad. */
  readonly updated: number;
  readonly updatedBad: number;
  readonly waiting: number;
  readonly waitingBad: number;
  /** The first decision stays. */
  readonly verdict: Verdict;
}

export const VERDICTS = ['go', 'stop', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** An updated device has ended, and so has the one that it was compared with, if there was one. */
export interface Pair {
  readonly bad: boolean;
  readonly controlBad?: boolean;
}

export interface ControlRules {
  /** Percent, all of them. */
  readonly tolerance: number;
  readonly margin: number;
  readonly alpha: number;
}

/** How much more often than tolerated updated devices may fail; each is bet on. */
const FEARS = [0.05, 0.15, 0.4, 0.9] as const;
const EDGE = 1e-3;

export function noEvidence(): Evidence {
  return {
    worse: FEARS.map(() => 0),
    fine: 0,
    ...{ updated: 0, updatedBad: 0, waiting: 0, waitingBad: 0 },
    verdict: 'inconclusive',
  };
}

export function observe(before: Evidence, pair: Pair, rules: ControlRules): Evidence {
  const { updated, updatedBad, waiting, waitingBad } = before;
  const compared = pair.controlBad !== undefined;
  const after = {
    updated: updated + 1,
    updatedBad: updatedBad + Number(pair.bad),
    waiting: waiting + Number(compared),
    waitingBad: waitingBad + Number(pair.controlBad === true),
  };
  // Alone it says nothing of a difference.
  if (!compared) return { ...before, ...after };
  // Bets are laid before the outcome is looked at: only what came before goes into them.
  const base = rate(waitingBad, waiting);
  const pooled = rate(waitingBad + updatedBad, waiting + updated);
  const worse = before.worse.map((sum, i) => {
    const fear = Math.min(1 - EDGE, base + rules.tolerance / 100 + (FEARS[i] ?? 0));
    return sum + gain(fear, base, rules.tolerance / 100, pair);
  });
  const fine = before.fine + gain(pooled, pooled, rules.margin / 100, pair);
  return { ...after, worse, fine, verdict: decide(before.verdict, worse, fine, rules) };
}

/** The mixture's logarithm: what the bet on "worse" has come to. */
function weight(worse: readonly number[]): number {
  const most = Math.max(...worse);
  return most + Math.log(worse.reduce((sum, one) => sum + Math.exp(one - most), 0) / worse.length);
}

function decide(
  before: Verdict,
  worse: readonly number[],
  fine: number,
  { alpha }: ControlRules,
): Verdict {
  const enough = -Math.log(Math.max(alpha, 1e-9) / 100);
  if (before === 'stop' || weight(worse) >= enough) return 'stop';
  // A false "go" lets the other gates judge; one in twenty is little enough.
  return before === 'go' || fine >= Math.log(20) ? 'go' : 'inconclusive';
}

/** Of the next waiting device to go bad; one bad of fifty is what a fleet does anyway. */
function rate(bad: number, all: number): number {
  return Math.min(0.9, (bad + 0.1) / (all + 5));
}

function gain(a: number, b: number, gap: number, { bad, controlBad }: Pair): number {
  const y = projected(a, b, gap);
  const x = y + gap;
  return log(a, x, bad) + log(b, y, controlBad === true);
}

function log(bet: number, null_: number, happened: boolean): number {
  return happened ? Math.log(bet / null_) : Math.log((1 - bet) / (1 - null_));
}

/** The y for which (y + gap, y) lies nearest to (a, b): where the slope of the divergence changes its sign. */
function projected(a: number, b: number, gap: number): number {
  let low = 1e-9;
  let high = 1 - gap - 1e-9;
  for (let i = 0; i < 60; i++) {
    const y = (low + high) / 2;
    const x = y + gap;
    const slope = (x - a) / (x * (1 - x)) + (y - b) / (y * (1 - y));
    if (slope > 0) high = y;
    else low = y;
  }
  return (low + high) / 2;
}
