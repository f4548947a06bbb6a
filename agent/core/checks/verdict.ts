/**
 * From single results to a verdict that does not flap: so many of the last runs must be bad before
 * it gets worse, so many good ones in a row before it gets better.
 *
 * A check that turns bad again soon after it got better has to be good for twice as long the next
 * time, so that what alternates settles on its bad side instead of going to and fro.
 */
import type { CheckState } from '../../../protocol/messages/health.ts';

export interface HysteresisRule {
  /** This many of the last `of` runs must be bad. */
  readonly failures: number;
  readonly of: number;
  /** This many runs in a row must be good. */
  readonly recoveries: number;
}

export interface Verdict {
  /** `undefined` as long as too little was seen. */
  readonly state: CheckState | undefined;
  /** The last results, newest at the end. */
  readonly window: readonly CheckState[];
  /** Results in a row that were better than `state`, and the worst of them. */
  readonly better: number;
  readonly worstOfBetter: CheckState;
  /** Results in a row that told nothing, up to `CALM_RUNS`. */
  readonly blind: number;
  /** Runs since it last got better, up to `CALM_RUNS`. */
  readonly calm: number;
  /** How often the wait for a recovery is doubled. */
  readonly doublings: number;
}

/** Getting worse within so many runs after getting better is flapping. */
export const CALM_RUNS = 20;
const MOST_DOUBLINGS = 4;
const RANK: Readonly<Record<CheckState, number>> = { ok: 0, warning: 1, unknown: 2, critical: 3 };

export const NO_VERDICT: Verdict = {
  state: undefined,
  window: [],
  better: 0,
  worstOfBetter: 'ok',
  blind: 0,
  calm: CALM_RUNS,
  doublings: 0,
};

export function isGood(state: CheckState | undefined): boolean {
  return state === 'ok' || state === 'warning';
}

/** The verdict after one more result. */
export function judge(before: Verdict, result: CheckState, rule: HysteresisRule): Verdict {
  const { state } = before;
  if (result === state && isSteady(before, result, rule)) return before;
  const window = [...before.window, result].slice(-rule.of);
  const calm = Math.min(before.calm + 1, CALM_RUNS);
  // The first good answer is believed at once; there is nothing yet that it could flap against.
  if (state === undefined && isGood(result)) return { ...NO_VERDICT, state: result, window };
  const blind = result === 'unknown' ? Math.min(before.blind + 1, CALM_RUNS) : 0;
  const worse = blind === CALM_RUNS ? unlessUnknown(state) : worsened(state, window, rule);
  if (worse !== undefined) {
    const flaps = state !== undefined && calm < CALM_RUNS && RANK[worse] > RANK[state];
    const doublings = flaps ? Math.min(before.doublings + 1, MOST_DOUBLINGS) : 0;
    return { state: worse, window, better: 0, worstOfBetter: 'ok', blind, calm, doublings };
  }
  return improved({ ...before, window, blind, calm }, result, rule);
}

/** Nothing is counted any more: one more of the same changes nothing. */
function isSteady(
  { window, better, blind, calm, worstOfBetter }: Verdict,
  result: CheckState,
  { of }: HysteresisRule,
): boolean {
  if (window.length !== of || calm !== CALM_RUNS || better !== 0 || blind !== 0) return false;
  return worstOfBetter === 'ok' && isGood(result) && window.every((one) => one === result);
}

function worsened(
  state: CheckState | undefined,
  window: readonly CheckState[],
  { failures }: HysteresisRule,
): CheckState | undefined {
  const count = (...wanted: readonly CheckState[]) =>
    window.filter((one) => wanted.includes(one)).length;
  // What failed stays failed until it was seen to be good.
  if (state === 'critical') return undefined;
  if (count('critical') >= failures) return 'critical';
  if (state === 'unknown') return undefined;
  if (count('unknown') >= failures) return 'unknown';
  if (state === 'warning') return undefined;
  return count('warning', 'critical') >= failures ? 'warning' : undefined;
}

/** Whatever it was: nothing has been known for long. */
function unlessUnknown(state: CheckState | undefined): CheckState | undefined {
  return state === 'unknown' ? undefined : 'unknown';
}

function improved(verdict: Verdict, result: CheckState, rule: HysteresisRule): Verdict {
  const { state } = verdict;
  if (state === undefined || !isGood(result) || RANK[result] >= RANK[state]) {
    return { ...verdict, better: 0, worstOfBetter: 'ok' };
  }
  const better = verdict.better + 1;
  const worstOfBetter = worst(result, verdict.worstOfBetter);
  if (better < rule.recoveries * 2 ** verdict.doublings) {
    return { ...verdict, better, worstOfBetter };
  }
  return { ...NO_VERDICT, state: worstOfBetter, calm: 0, doublings: verdict.doublings };
}

function worst(a: CheckState, b: CheckState): CheckState {
  return RANK[a] > RANK[b] ? a : b;
}
