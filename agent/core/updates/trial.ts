/**
 * The agent's own update, as its launcher sees it: each start of a version on trial is counted, and
 * one that starts too often, or is too late, without having been committed is left for the one
 * before. Pure.
 */

export interface Trial {
  /** Names of slots. */
  readonly slot: string;
  readonly before: string;
  readonly starts: number;
  /** The launcher has left it. */
  readonly isLeft: boolean;
  /** Milliseconds from a start within which it is to be committed. */
  readonly withinMs: number;
}

/** The first start and two more: a version that ends by itself, or that the watchdog ends. */
const MOST_TRIAL_STARTS = 3;
/** The probe's window twice (to be well, to stay well) and the link's minute, with room for slow devices. */
const ROOM_MS = 6 * 60_000;
const LONGEST_MS = 24 * 3_600_000;

export type Launch =
  | { readonly kind: 'as-is' }
  | { readonly kind: 'try'; readonly trial: Trial }
  | { readonly kind: 'back'; readonly trial: Trial };

export function trialOf(slot: string, before: string, windowMs: number): Trial {
  const withinMs = Math.min(LONGEST_MS, 2 * windowMs + ROOM_MS);
  return { slot, before, starts: 0, isLeft: false, withinMs };
}

/** What the launcher does before it starts what `current` leads to. */
export function launch(trial: Trial | undefined, current: string | undefined): Launch {
  // Of a switch that did not come to be, or that was taken back.
  if (trial === undefined || trial.before === '' || trial.slot !== current)
    return { kind: 'as-is' };
  // Left already: the launcher was cut off between its note and the link.
  if (trial.isLeft || trial.starts >= MOST_TRIAL_STARTS)
    return { kind: 'back', trial: { ...trial, isLeft: true } };
  return { kind: 'try', trial: { ...trial, starts: trial.starts + 1 } };
}

/** What the launcher does when a version on trial has run for too long without being committed. */
export function overdue(trial: Trial | undefined, current: string | undefined): Launch {
  const next = launch(trial, current);
  return next.kind === 'as-is' || trial === undefined
    ? { kind: 'as-is' }
    : { kind: 'back', trial: { ...trial, isLeft: true } };
}

export function readTrial(text: string | undefined): Trial | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Trial>;
    const { slot, before, starts, isLeft, withinMs = ROOM_MS } = value;
    const isWhole =
      isSlot(slot) &&
      (before === '' || isSlot(before)) &&
      [starts, withinMs].every((one) => Number.isSafeInteger(one) && (one as number) >= 0);
    if (!isWhole) return undefined;
    return { slot, before, starts, isLeft: isLeft === true, withinMs } as Trial;
  } catch {
    return undefined;
  }
}

function isSlot(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z][0-9A-Za-z._-]{0,255}$/.test(value);
}
