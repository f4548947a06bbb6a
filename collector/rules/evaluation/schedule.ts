/**
 * When a group is evaluated: at the same offset in each interval, which its name decides, so that
 * groups spread out and results of two collectors, or of two runs, stand at the same times.
 */
import { createHash } from 'node:crypto';

/** Milliseconds within the interval, the same for the same key at all times. */
export function offsetOf(key: string, intervalMs: number): number {
  const hash = createHash('sha256').update(key).digest().readUIntBE(0, 6);
  return hash % intervalMs;
}

/** The last time at or before `now` at which the group is due. */
export function dueAtOrBefore(now: number, intervalMs: number, offsetMs: number): number {
  return Math.floor((now - offsetMs) / intervalMs) * intervalMs + offsetMs;
}

export interface Round {
  readonly at: number;
  /** Rounds that fell due since the last one and were not held. */
  readonly missed: number;
}

/** The round to hold at `now`, when the last one was that of `last`; `undefined`: none is due. */
export function roundAt(
  now: number,
  last: number | undefined,
  intervalMs: number,
  offsetMs: number,
): Round | undefined {
  const at = dueAtOrBefore(now, intervalMs, offsetMs);
  if (last === undefined) return { at, missed: 0 };
  // A clock that was set back begins anew: its rounds are earlier ones, not missed ones.
  if (at < last - intervalMs) return { at, missed: 0 };
  if (at <= last) return undefined;
  return { at, missed: Math.round((at - last) / intervalMs) - 1 };
}
