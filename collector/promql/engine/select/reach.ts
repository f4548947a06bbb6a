/** Where a selector or subquery looks at each step, after `@` and `offset`. */
import type { Subquery, VectorSelector } from '../../ast.ts';
import { offsetOf } from '../durations.ts';
import type { QueryState } from '../evaluator.ts';
import type { Steps } from '../steps.ts';

/** At step i it looks at `start + i * step`; the step is 0 where `@` fixes the time. */
export interface Reach {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  /** The last time looked at. */
  readonly end: number;
}

export function reachOf(node: VectorSelector | Subquery, query: QueryState, steps: Steps): Reach {
  const { at } = node;
  const offset = offsetOf(node, query);
  const { count } = steps;
  if (at === undefined) {
    return { start: steps.start - offset, step: steps.step, count, end: steps.end - offset };
  }
  const fixed = at === 'start' ? query.start : at === 'end' ? query.end : at;
  return { start: fixed - offset, step: 0, count, end: fixed - offset };
}
