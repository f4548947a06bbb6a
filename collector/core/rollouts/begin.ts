/** A rollout on its first day. */

import { matches, parseSelector } from '../fleet/selector.ts';
import { noEvidence } from './evidence.ts';
import { choose } from './membership.ts';
import type { Plan } from './plan.ts';
import type { RolloutRecord, Seen } from './record.ts';

export interface Beginning {
  readonly id: string;
  readonly plan: Plan;
  readonly by: string;
  readonly comment: string;
  readonly now: number;
}

export function newRollout(
  { id, plan, by, comment, now }: Beginning,
  devices: readonly Seen[],
): RolloutRecord {
  const target = parseSelector(plan.target);
  const chosen = choose(
    id,
    plan,
    devices.filter((one) => matches(target, one)),
  );
  return {
    ...{ id, plan, by, comment, createdAt: now, state: 'running', at: now, why: '', chosen },
    stages: plan.stages.map(() => ({
      state: 'waiting',
      at: now,
      why: '',
      forgiven: 0,
      reverting: false,
    })),
    evidence: noEvidence(),
    log: [{ at: now, by, text: comment === '' ? 'started' : `started: ${comment}` }],
    endedAt: 0,
  };
}
