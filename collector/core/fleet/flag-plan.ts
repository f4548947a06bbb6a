/**
 * A staged plan of a flag: the share of one rule grows step by step. It stops by itself when too
 * many of the devices that got the value are unhealthy.
 */

export interface PlanStep {
  readonly share: number;
  /** Milliseconds until the next step. */
  readonly forMs: number;
}

export const ON_FAILURE = ['pause', 'off'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

export interface FlagPlan {
  /** Position of the rule whose share it moves. */
  readonly rule: number;
  readonly steps: readonly PlanStep[];
  /** The step that is on. */
  readonly step: number;
  /** UTC milliseconds: when that step began. */
  readonly since: number;
  /** Percent of the devices that have the value which may be unhealthy. */
  readonly maxUnhealthy: number;
  /** What happens above that: it stands still (absent), or nobody has the value any more. */
  readonly onFailure?: OnFailure;
  readonly state: 'running' | 'paused' | 'off' | 'done';
  /** Why it is paused or off. */
  readonly reason: string;
}

/** Devices that have the value. Those whose health nobody knows count as neither. */
export interface ShareHealth {
  readonly healthy: number;
  readonly unhealthy: number;
}

/** The plan as it goes on; `undefined` when nothing changes. */
export function advance(plan: FlagPlan, health: ShareHealth, now: number): FlagPlan | undefined {
  if (plan.state !== 'running') return undefined;
  const known = health.healthy + health.unhealthy;
  const percent = known === 0 ? 0 : (health.unhealthy / known) * 100;
  if (percent > plan.maxUnhealthy) {
    const reason =
      `${health.unhealthy} of ${known} devices that have the value are unhealthy ` +
      `(${percent.toFixed(1)} %, limit ${plan.maxUnhealthy} %)`;
    return { ...plan, state: plan.onFailure === 'off' ? 'off' : 'paused', reason };
  }
  const { forMs } = plan.steps[plan.step] ?? { forMs: 0 };
  if (now - plan.since < forMs) return undefined;
  const step = plan.step + 1;
  if (step >= plan.steps.length) return { ...plan, state: 'done', reason: '' };
  return { ...plan, step, since: now };
}

/** The share that holds now; `undefined` for a plan without steps. */
export function shareOf({ steps, step, state }: FlagPlan): number | undefined {
  if (state === 'off') return 0;
  return steps[Math.min(step, steps.length - 1)]?.share;
}
