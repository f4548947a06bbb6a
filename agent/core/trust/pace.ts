/** Watches a transfer: as a whole it must keep a least rate, and no pause may last too long. */

export interface PaceTerms {
  readonly bytesPerSecond: number;
  /** The rate is judged over so long, so that a short lull is none. */
  readonly windowMs: number;
}

export interface Pace {
  /** At the beginning of the window. */
  readonly since: number;
  readonly bytesThen: number;
}

export function startPace(now: number): Pace {
  return { since: now, bytesThen: 0 };
}

/** The next state, or `too-slow`; `bytes` are all that have come, `now` is of a clock that never steps. */
export function keepPace(
  pace: Pace,
  bytes: number,
  now: number,
  { bytesPerSecond, windowMs }: PaceTerms,
): Pace | 'too-slow' {
  const passed = now - pace.since;
  if (passed < windowMs) return pace;
  const came = bytes - pace.bytesThen;
  return came * 1000 < bytesPerSecond * passed ? 'too-slow' : { since: now, bytesThen: bytes };
}
