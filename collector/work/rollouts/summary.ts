/** A rollout in short. */
import { noCounts } from '../../core/rollouts/book.ts';
import type { RolloutRecord } from '../../core/rollouts/record.ts';
import type { Counts, RolloutSummary } from '../../ports/rollouts.ts';

export function summaryOf(
  record: RolloutRecord,
  counts: Counts = record.counts ?? noCounts(),
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
    },
    ...(ended > 0 && { successRate: counts.succeeded / ended }),
  };
}
