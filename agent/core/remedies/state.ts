/**
 * What is remembered of a remedy, and how each thing that happens changes it. All of it is durable
 * before a try acts, so that a remedy which takes the agent or the machine down cannot loop.
 *
 * Times are those of a monotonic clock that counts from the kernel's start. Over a reboot they are
 * moved so that the time for which the machine was off does not count: a wall clock that steps, or
 * is not there, neither opens nor closes a limit.
 */

export interface Limits {
  /** Tries within `perMs`, for all checks together. */
  readonly limit: number;
  readonly perMs: number;
  /** Between two tries: doubles with each one. */
  readonly backoff: { readonly minMs: number; readonly maxMs: number };
  /** So many failed tries for one check, and no more are made for it. */
  readonly stopAfter: number;
  readonly timeoutMs: number;
}

/** A check that asked for this remedy since it was last good for `perMs`. */
export interface Asking {
  readonly failing: boolean;
  /** Since when it is good; meaningless while it fails or is unclear. */
  readonly goodSince?: number;
  /** Tries that did not help. */
  readonly failed: number;
  /** The last try counts in `failed` until the check shows that it helped. */
  readonly unproven: boolean;
  readonly stopped: boolean;
}

/** A try that has begun; with `end` it is over, and only its report may be missing. */
export interface Try {
  readonly id: string;
  readonly check: string;
  readonly kind: string;
  readonly attempt: number;
  /** UTC milliseconds, for the report. */
  readonly startedAt: number;
  readonly end?: TryEnd;
}

export interface TryEnd {
  readonly state: 'succeeded' | 'failed' | 'timed-out' | 'interrupted';
  readonly endedAt: number;
  readonly text: string;
  readonly output: string;
}

export interface RemedyState {
  /** When the tries of the last `perMs` began, oldest first. */
  readonly tries: readonly number[];
  /** Tries since all checks were good for `perMs`. */
  readonly attempt: number;
  /** No try before. */
  readonly notBefore: number;
  readonly checks: Readonly<Record<string, Asking>>;
  readonly current?: Try;
}

export const FRESH: RemedyState = {
  tries: [],
  attempt: 0,
  notBefore: Number.NEGATIVE_INFINITY,
  checks: {},
};

const NEW: Asking = { failing: false, failed: 0, unproven: false, stopped: false };

export function isFresh(state: RemedyState): boolean {
  return (
    state.tries.length === 0 &&
    state.current === undefined &&
    Object.keys(state.checks).length === 0
  );
}

export function failing(state: RemedyState, check: string): RemedyState {
  const { goodSince: _, ...before } = state.checks[check] ?? NEW;
  return withCheck(state, check, { ...before, failing: true });
}

/** Neither failed nor good: nothing is tried, and nothing is forgotten. */
export function unclear(state: RemedyState, check: string): RemedyState {
  const asking = state.checks[check];
  if (asking === undefined) return state;
  const { goodSince: _, ...before } = asking;
  return withCheck(state, check, { ...before, failing: false });
}

export function good(state: RemedyState, check: string, now: number): RemedyState {
  const asking = state.checks[check];
  if (asking === undefined || asking.goodSince !== undefined) return state;
  return withCheck(state, check, {
    ...asking,
    failing: false,
    goodSince: now,
    failed: asking.failed - (asking.unproven ? 1 : 0),
    unproven: false,
  });
}

/** Before it acts: counted as failed, and the next one as far off as if it took all of its time. */
export function began(
  state: RemedyState,
  limits: Limits,
  run: Omit<Try, 'attempt'>,
  now: number,
): RemedyState {
  const attempt = state.attempt + 1;
  const { failed, ...asking } = state.checks[run.check] ?? NEW;
  return {
    ...withCheck(state, run.check, { ...asking, failed: failed + 1, unproven: true }),
    tries: [...state.tries, now],
    attempt,
    notBefore: now + limits.timeoutMs + pauseMs(attempt, limits),
    current: { ...run, attempt },
  };
}

export function ended(state: RemedyState, limits: Limits, end: TryEnd, now: number): RemedyState {
  const { current } = state;
  if (current === undefined) return state;
  const asking = state.checks[current.check];
  const unproven = asking?.unproven === true && end.state === 'succeeded';
  return {
    ...(asking === undefined ? state : withCheck(state, current.check, { ...asking, unproven })),
    notBefore: now + pauseMs(state.attempt, limits),
    current: { ...current, end },
  };
}

/** It could not be made durable, so it did not act: as if it had not begun, but for a pause. */
export function withdrawn(state: RemedyState, limits: Limits, now: number): RemedyState {
  const { current } = state;
  if (current === undefined) return state;
  const { checks, tries, attempt } = told(state);
  const asking = checks[current.check];
  const without = {
    checks,
    tries: tries.slice(0, -1),
    attempt: attempt - 1,
    notBefore: now + pauseMs(1, limits),
  };
  if (asking?.unproven !== true) return without;
  const failed = asking.failed - 1;
  return withCheck(without, current.check, { ...asking, failed, unproven: false });
}

/** Its report is recorded. */
export function told(state: RemedyState): RemedyState {
  const { current: _, ...rest } = state;
  return rest;
}

export function stopped(state: RemedyState, check: string): RemedyState {
  const asking = state.checks[check];
  return asking === undefined ? state : withCheck(state, check, { ...asking, stopped: true });
}

/** A person says so. The limit still holds. */
export function resumed(state: RemedyState, now: number): RemedyState {
  const checks = Object.entries(state.checks).map(([check, asking]) => {
    return [check, { ...asking, failed: 0, unproven: false, stopped: false }] as const;
  });
  return {
    ...state,
    attempt: 0,
    notBefore: Math.min(state.notBefore, now),
    checks: Object.fromEntries(checks),
  };
}

/** Forgets tries that left the window, and checks that were good for long enough. */
export function aged(state: RemedyState, { perMs }: Limits, now: number): RemedyState {
  const tries = state.tries.filter((at) => at > now - perMs);
  const checks = Object.entries(state.checks).filter(
    ([, { goodSince }]) => goodSince === undefined || now - goodSince < perMs,
  );
  const isSame =
    tries.length === state.tries.length && checks.length === Object.keys(state.checks).length;
  if (isSame) return state;
  const isQuiet = checks.length === 0;
  return {
    ...state,
    tries,
    checks: Object.fromEntries(checks),
    ...(isQuiet ? { attempt: 0, notBefore: Math.min(state.notBefore, now) } : {}),
  };
}

/** Keeps what these checks asked for; the others are gone from the configuration. */
export function onlyFor(state: RemedyState, names: ReadonlySet<string>): RemedyState {
  const kept = Object.entries(state.checks).filter(([check]) => names.has(check));
  return { ...state, checks: Object.fromEntries(kept) };
}

/** Milliseconds from the end of try number `attempt` (from 1) to the next. */
export function pauseMs(attempt: number, { backoff }: Limits): number {
  return Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(attempt - 1, 30));
}

function withCheck(state: RemedyState, check: string, asking: Asking): RemedyState {
  return { ...state, checks: { ...state.checks, [check]: asking } };
}
