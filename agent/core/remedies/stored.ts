/** A remedy's state as text for the disk, and back in the time of this boot. */
import type { RemedyState } from './state.ts';
import { FRESH } from './state.ts';

const VERSION = 1;

interface Stored {
  readonly version: typeof VERSION;
  /** The monotonic clock when this was written. */
  readonly mono: number;
  readonly state: RemedyState;
}

export function encodeState(state: RemedyState, mono: number): string {
  // JSON knows no infinity: a remedy that was never tried may be tried since the kernel's start.
  const finite = { ...state, notBefore: Math.max(state.notBefore, 0) };
  const stored: Stored = { version: VERSION, mono, state: finite };
  return JSON.stringify(stored);
}

/**
 * `undefined` when it cannot be read. Whether a check fails now is not known yet: it counts as good
 * from this moment on unless somebody says otherwise.
 */
export function decodeState(text: string, mono: number): RemedyState | undefined {
  const stored = parsed(text);
  if (stored === undefined) return undefined;
  const { tries, notBefore, checks, ...rest } = stored.state;
  // The clock went back: the kernel was started since, at that clock's zero.
  const moved = mono < stored.mono ? stored.mono : 0;
  const asking = Object.entries(checks).map(([check, { failing: _, ...known }]) => {
    return [check, { ...known, failing: false, goodSince: mono }] as const;
  });
  return {
    ...FRESH,
    ...rest,
    tries: tries.map((at) => at - moved),
    notBefore: notBefore - moved,
    checks: Object.fromEntries(asking),
  };
}

/** Whether a machine was started anew since this was written; when in doubt, no. */
export function rebootedSince(text: string, mono: number): boolean {
  const stored = parsed(text);
  return stored !== undefined && mono < stored.mono;
}

function parsed(text: string): Stored | undefined {
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null;
    if (stored?.version !== VERSION || !Number.isFinite(stored.mono)) return undefined;
    const { tries, checks, notBefore, attempt } = Object(stored.state) as Partial<RemedyState>;
    const isWhole =
      Array.isArray(tries) &&
      tries.every(Number.isFinite) &&
      Number.isFinite(notBefore) &&
      Number.isInteger(attempt) &&
      typeof checks === 'object';
    return isWhole ? (stored as Stored) : undefined;
  } catch {
    return undefined;
  }
}
