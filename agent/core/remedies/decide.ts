/** Whether a remedy is tried for a check now, and when to look again. */
import type { Limits, RemedyState } from './state.ts';

export type Decision =
  | { readonly act: 'try' }
  /** Nothing to do until then. */
  | { readonly act: 'wait'; readonly until: number }
  /** One more would be above the number of failed tries: say so, and try no more. */
  | { readonly act: 'stop' }
  | { readonly act: 'none' };

/** What holds for the remedy at this moment. Claims and updates are the caller's, who knows them. */
export function decide(state: RemedyState, limits: Limits, check: string, now: number): Decision {
  const asking = state.checks[check];
  if (asking?.failing !== true || asking.stopped || state.current !== undefined) {
    return { act: 'none' };
  }
  const isLast = asking.failed >= limits.stopAfter;
  // A last try that did what it should gets its pause to show that it helped.
  if (isLast && !asking.unproven) return { act: 'stop' };
  if (now < state.notBefore) return { act: 'wait', until: state.notBefore };
  if (isLast) return { act: 'stop' };
  const recent = state.tries.filter((at) => at > now - limits.perMs);
  const opens = recent.at(-limits.limit);
  if (opens !== undefined) return { act: 'wait', until: opens + limits.perMs };
  return { act: 'try' };
}

/** When `aged` would forget something; empty: never. */
export function agesAt(state: RemedyState, { perMs }: Limits): readonly number[] {
  const good = Object.values(state.checks).flatMap(({ goodSince }) => goodSince ?? []);
  return [...state.tries.slice(0, 1), ...good].map((since) => since + perMs);
}
