/**
 * The agent's own update, as its launcher sees it: each start of a version on trial is counted, and
 * one that starts too often without having reported is left for the one before. Pure.
 */

export interface Trial {
  /** Names of slots. */
  readonly slot: string;
  readonly before: string;
  readonly starts: number;
  /** The launcher has left it. */
  readonly isLeft: boolean;
}

/** The first start and two more: a version that ends by itself, or that the watchdog ends. */
const MOST_TRIAL_STARTS = 3;

export type Launch =
  | { readonly kind: 'as-is' }
  | { readonly kind: 'try'; readonly trial: Trial }
  | { readonly kind: 'back'; readonly trial: Trial };

/** What the launcher does before it starts what `current` leads to. */
export function launch(trial: Trial | undefined, current: string | undefined): Launch {
  // Of a switch that did not come to be, or that was taken back.
  if (trial === undefined || trial.isLeft || trial.slot !== current) return { kind: 'as-is' };
  if (trial.starts < MOST_TRIAL_STARTS) {
    return { kind: 'try', trial: { ...trial, starts: trial.starts + 1 } };
  }
  return trial.before === ''
    ? { kind: 'as-is' }
    : { kind: 'back', trial: { ...trial, isLeft: true } };
}

export function readTrial(text: string | undefined): Trial | undefined {
  try {
    const { slot, before, starts, isLeft } = JSON.parse(text ?? '') as Partial<Trial>;
    const isWhole =
      isSlot(slot) && (before === '' || isSlot(before)) && Number.isSafeInteger(starts);
    return isWhole ? ({ slot, before, starts, isLeft: isLeft === true } as Trial) : undefined;
  } catch {
    return undefined;
  }
}

function isSlot(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z][0-9A-Za-z._-]{0,255}$/.test(value);
}
