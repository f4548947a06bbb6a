/** A rollout in short. */
import { noCounts } from '../../core/rollouts/book.ts';
import type { Package } from '../../core/rollouts/plan.ts';
import type { RolloutRecord } from '../../core/rollouts/record.ts';
import type { Counts, RolloutSummary } from '../../ports/rollouts.ts';

export function summaryOf(
  record: RolloutRecord,
  // Those of an older collector lack states.
  counts: Counts = { ...noCounts(), ...record.counts },
  before: readonly Package[] = record.before ?? [],
): RolloutSummary {
  const { id, plan, by, comment, createdAt, state, why, endedAt } = record;
  const { name, packages, target, priority } = plan;
  const ended = counts.succeeded + counts.failed;
  return {
    ...{
      id,
      name,
      packages,
      target,
      priority,
      by,
      comment,
      createdAt,
      state,
      why,
      endedAt,
      counts,
      before,
    },
    ...(ended > 0 && { successRate: counts.succeeded / ended }),
  };
}
