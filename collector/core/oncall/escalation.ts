/**
 * A ladder: who is told next while nobody acknowledges. Pure; the caller keeps the climb durable
 * before it tells anybody, and calls again at `dueAt` or when alerts change.
 */

/** Durations in milliseconds. */
export interface EscalationStep {
  readonly after: number;
  readonly receivers: readonly string[];
}

export interface EscalationPolicy {
  readonly steps: readonly EscalationStep[];
  /** Climbs after the first. */
  readonly repeat: number;
}

/** How far up the ladder a group of alerts is. Times in UTC milliseconds. */
export interface Climb {
  readonly startedAt: number;
  /** Finished climbs. */
  readonly round: number;
  /** The step that is told at `dueAt`; the number of steps when the ladder is at its end. */
  readonly step: number;
  readonly dueAt: number;
}

/** One thing to tell; the same for every attempt, so its name can be an idempotency key. */
export interface Rung {
  readonly startedAt: number;
  readonly round: number;
  readonly step: number;
  readonly receivers: readonly string[];
}

export interface Advance {
  /** Absent: nothing is open, and the next alert begins at the first step. */
  readonly climb: Climb | undefined;
  readonly tell: readonly Rung[];
}

/**
 * Where a climb stands at `now`. `open`: some alert of the group fires that nobody has acknowledged.
 * Several steps that fell due while nobody looked (the collector was down) are told at once, in
 * order: late is better than never.
 */
export function advance(
  climb: Climb | undefined,
  policy: EscalationPolicy,
  open: boolean,
  now: number,
): Advance {
  if (!open || policy.steps.length === 0) return { climb: undefined, tell: [] };
  let at = climb ?? begin(policy, now, 0, now);
  const tell: Rung[] = [];
  while (at.dueAt <= now) {
    const step = policy.steps[at.step];
    // The ladder became shorter under a climb: it is at its end.
    if (step === undefined) return { climb: ended(at, policy), tell };
    const { startedAt, round } = at;
    tell.push({ startedAt, round, step: at.step, receivers: step.receivers });
    at = after(at, policy);
  }
  return { climb: at, tell };
}

function begin(policy: EscalationPolicy, startedAt: number, round: number, from: number): Climb {
  return { startedAt, round, step: 0, dueAt: from + (policy.steps[0]?.after ?? 0) };
}

function after(climb: Climb, policy: EscalationPolicy): Climb {
  const step = climb.step + 1;
  const next = policy.steps[step];
  if (next !== undefined) return { ...climb, step, dueAt: climb.dueAt + next.after };
  if (climb.round >= policy.repeat) return ended(climb, policy);
  // A ladder without any waiting would be climbed again without end within one instant.
  const pause = Math.max(policy.steps[0]?.after ?? 0, lastWait(policy));
  const round = climb.round + 1;
  return { startedAt: climb.startedAt, round, step: 0, dueAt: climb.dueAt + pause };
}

/** Between two climbs passes as much time as before the last step, and a minute at least. */
function lastWait(policy: EscalationPolicy): number {
  return Math.max(policy.steps.at(-1)?.after ?? 0, MIN_PAUSE_MS);
}

const MIN_PAUSE_MS = 60_000;

function ended(climb: Climb, policy: EscalationPolicy): Climb {
  return { ...climb, step: policy.steps.length, dueAt: Number.MAX_SAFE_INTEGER };
}
