/**
 * Flap damping: an alert that comes and goes is held as firing until it stays resolved for a while,
 * so that people hear of it once.
 */

/** Durations in milliseconds. */
export interface FlapPolicy {
  readonly window: number;
  readonly changes: number;
  readonly hold: number;
}

/** What is remembered of one alert: when it changed, newest last. Times in UTC milliseconds. */
export interface Flaps {
  readonly firing: boolean;
  readonly changedAt: readonly number[];
}

export interface Damped {
  readonly flaps: Flaps;
  /** The alert's state as people shall see it. */
  readonly firing: boolean;
  readonly flapping: boolean;
  /** When to look again, because the hold ends. */
  readonly until?: number;
}

/** How an alert that is `firing` now looks, given what was remembered. */
export function damp(
  known: Flaps | undefined,
  policy: FlapPolicy,
  firing: boolean,
  now: number,
): Damped {
  const before = known ?? { firing: false, changedAt: [] };
  const recent = before.changedAt.filter((at) => at > now - policy.window);
  const changed = before.firing === firing ? recent : [...recent, now];
  // The newest ones say all: a storm of changes needs no more memory than the threshold.
  const changedAt = changed.slice(-policy.changes);
  const flaps = { firing, changedAt };
  if (firing) return { flaps, firing, flapping: changedAt.length >= policy.changes };
  const last = before.firing ? now : (before.changedAt.at(-1) ?? Number.NEGATIVE_INFINITY);
  const until = last + policy.hold;
  const held = changedAt.length >= policy.changes && now < until;
  return held
    ? { flaps, firing: true, flapping: true, until }
    : { flaps, firing: false, flapping: false };
}
