/**
 * The latency budget: an answer above it is a warning and counts as a broken budget; one that does
 * not come within the check's timeout is a failure.
 */
import { duration, optional } from '../../../protocol/config/schema.ts';
import type { CheckFigure, CheckFinding } from '../check.ts';
import { shownSeconds } from './text.ts';

export const budgetSchema = optional(
  duration('How long it may take; longer is a warning. The timeout is when it counts as failed.', {
    min: '1ms',
    max: '10m',
    remote: true,
    examples: ['500ms'],
  }),
);

type Budget = number | undefined;

/** What took `seconds` and was good so far, judged by its budget. */
export function withinBudget(
  finding: { readonly text: string; readonly figures?: readonly CheckFigure[] },
  seconds: number,
  budgetMs: Budget,
): CheckFinding {
  if (budgetMs === undefined) return { state: 'ok', ...finding };
  const kept = seconds * 1000 <= budgetMs;
  if (kept) return { state: 'ok', ...finding, withinBudget: true };
  const text = `${finding.text}: over its budget of ${shownSeconds(budgetMs / 1000)}`;
  return { state: 'warning', ...finding, text, withinBudget: false };
}

/** A failure never kept a budget. */
export function failed(text: string, budgetMs?: Budget): CheckFinding {
  return { state: 'critical', text, ...(budgetMs === undefined ? {} : { withinBudget: false }) };
}

export function secondsFigure(name: string, value: number): CheckFigure {
  return { name, unit: 'seconds', value };
}
