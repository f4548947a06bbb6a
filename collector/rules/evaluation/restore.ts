/**
 * What a restart makes of the alerts that were known before it.
 *
 * Firing, keeping and resolved alerts come back as they were. A pending one comes back with its
 * time, except for what nobody watched: rounds that were not held do not count towards `for`. After
 * an outage longer than the tolerance it has to prove itself anew.
 */
import type { AlertInstance } from './alert-state.ts';

export interface Outage {
  /** The last round before it, UTC milliseconds. */
  readonly lastRound: number;
  readonly now: number;
  readonly intervalMs: number;
}

const OUTAGE_TOLERANCE_MS = 60 * 60_000;

export function restored(alert: AlertInstance, outage: Outage): AlertInstance | undefined {
  if (alert.state !== 'pending') return alert;
  const unwatched = unwatchedMs(outage);
  if (unwatched > OUTAGE_TOLERANCE_MS) return undefined;
  return unwatched === 0 ? alert : { ...alert, activeAt: alert.activeAt + unwatched };
}

/** From when the next round was due until the one at `now`. */
function unwatchedMs({ lastRound, now, intervalMs }: Outage): number {
  return Math.max(0, now - lastRound - intervalMs);
}
