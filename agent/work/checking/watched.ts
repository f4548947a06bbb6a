/** One check while it is watched: how it is configured, what it found, what was told of it. */
import type { CheckState } from '../../../protocol/messages/health.ts';
import type { Check, CheckFinding } from '../../checks/check.ts';
import type { CheckConfig } from '../../config/checks.ts';
import type { Standing } from '../../core/checks/dependencies.ts';
import type { Moment } from '../../core/checks/moment.ts';
import { NO_VERDICT, type Verdict } from '../../core/checks/verdict.ts';

export interface PlannedCheck {
  readonly name: string;
  readonly check: Check;
  readonly config: CheckConfig;
}

/** One run that is over, or was given up. */
export interface Run {
  readonly finding: CheckFinding;
  readonly durationMs: number;
  readonly began: Moment;
}

/** It outlives a change of the plan, except for what the change makes void. */
export interface Watched {
  plan: PlannedCheck;
  readonly memory: Map<string, unknown>;
  /** Since when (monotonic) a run is outstanding that may hang; shared with the plan before. */
  readonly flight: { since: number | undefined };
  /** The run under way with all that follows from it; who asks meanwhile gets the same answer. */
  turn: Promise<Run> | undefined;
  verdict: Verdict;
  last: Run | undefined;
  /** What the last run found, without its figures. */
  said: string;
  standing: Standing;
  since: Moment;
  /** The state that was told last as an event. */
  told: CheckState | undefined;
  /** What was said to the remedy last. */
  asked: 'failed' | 'unclear' | undefined;
  readonly runs: Map<CheckState, number>;
  readonly budget: { kept: number; broken: number };
}

const NOT_KNOWN: Standing = { state: 'unknown', pending: true, behind: [] };

export function watch(plan: PlannedCheck, now: Moment): Watched {
  return {
    plan,
    memory: new Map(),
    flight: { since: undefined },
    turn: undefined,
    verdict: NO_VERDICT,
    last: undefined,
    said: '',
    standing: NOT_KNOWN,
    since: now,
    told: undefined,
    asked: undefined,
    runs: new Map(),
    budget: { kept: 0, broken: 0 },
  };
}

/**
 * The same check under a new plan. When it looks at something else now, what it found is void; what
 * was told of it is not, and neither is a run that hangs.
 */
export function adopt(watched: Watched, plan: PlannedCheck, now: Moment): Watched {
  const isSame =
    watched.plan.config.kind === plan.config.kind &&
    JSON.stringify(watched.plan.config.options) === JSON.stringify(plan.config.options);
  // A turn of the old plan ends for itself; it must not be taken for one of the new plan.
  if (isSame) return Object.assign(watched, { plan, turn: undefined });
  const { flight, told, asked, runs, budget } = watched;
  return { ...watch(plan, now), flight, told, asked, runs, budget };
}
