/**
 * When a check is due: by the monotonic clock, at multiples of its interval from the device's own
 * phase. Checks whose multiples fall together run in one turn, so that the process wakes up once for
 * all of them; the phase keeps devices that started together apart.
 */

/** A run may wait from the one to the other for company. */
export interface Due {
  readonly from: number;
  readonly until: number;
}

/** A name's place in [0, 1), the same for ever (FNV-1a). */
export function placeOf(name: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < name.length; at += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01_00_01_93) >>> 0;
  }
  // The last letters move the low bits alone; mixing brings them up.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** First runs are spread over so much, or over the interval when that is shorter. */
const FIRST_SPREAD_MS = 10_000;

export function firstDue(now: number, name: string, intervalMs: number): Due {
  const at = now + placeOf(name) * Math.min(intervalMs, FIRST_SPREAD_MS);
  return { from: at, until: at };
}

/** Intervals of up to so much fall on a moment of the device's own. */
const LONGEST_PHASE_MS = 3_600_000;

export function phaseOf(random: number): number {
  return Math.floor(random * LONGEST_PHASE_MS);
}

/**
 * From the next time behind `after` that is a multiple of the interval from the phase, until a
 * little later by `random` (0 to 1) of the jitter. Without jitter two of them are never closer than
 * the interval.
 */
export function nextDue(
  after: number,
  phase: number,
  { intervalMs, jitterMs }: { readonly intervalMs: number; readonly jitterMs: number },
  random: number,
): Due {
  // Whole milliseconds: a sum that is rounded could fall on `after` itself.
  const interval = Math.max(1, Math.round(intervalMs));
  const turn = Math.floor((after - phase) / interval) + 1;
  const from = phase + turn * interval;
  return { from, until: from + random * jitterMs };
}
