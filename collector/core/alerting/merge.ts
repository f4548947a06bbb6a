/** What becomes of an alert that is told again. Pure. */
import { type Alert, isResolved } from './alert.ts';

/** As Alertmanager merges: alerts whose times overlap are one, and began when the first began. */
export function mergeAlerts(old: Alert | undefined, next: Alert): Alert {
  if (old === undefined || !overlap(old, next)) return next;
  const startsAt = Math.min(old.startsAt, next.startsAt);
  return { ...next, startsAt, endsAt: mergedEnd(old, next) };
}

function overlap(old: Alert, next: Alert): boolean {
  return (
    (next.endsAt > old.startsAt && next.endsAt < old.endsAt) ||
    (next.startsAt > old.startsAt && next.startsAt < old.endsAt) ||
    (next.startsAt === old.startsAt && next.endsAt >= old.endsAt)
  );
}

function mergedEnd(old: Alert, next: Alert): number {
  const now = next.updatedAt;
  if (isResolved(next, now)) {
    return isResolved(old, now) ? Math.max(old.endsAt, next.endsAt) : next.endsAt;
  }
  return Math.max(old.endsAt, next.endsAt);
}

/** Differences that must not be lost in a crash; a later end of the same firing is none. */
export function differsDurably(old: Alert | undefined, next: Alert): boolean {
  if (old === undefined) return true;
  const settled = next.endsAt <= next.updatedAt;
  if (old.startsAt !== next.startsAt || isSettled(old) !== settled) return true;
  return settled && old.endsAt !== next.endsAt;
}

/** Resolved when it was last told, rather than by time passing since. */
export function isSettled({ endsAt, updatedAt }: Alert): boolean {
  return endsAt <= updatedAt;
}

export function sameAnnotations(a: Alert, b: Alert): boolean {
  if (a.generatorUrl !== b.generatorUrl) return false;
  const names = Object.keys(a.annotations);
  if (names.length !== Object.keys(b.annotations).length) return false;
  return names.every((name) => a.annotations[name] === b.annotations[name]);
}

/**
 * An alert that fired when it was last heard of, seen after a restart: nobody could renew it in the
 * meantime, so it gets the time again that it had.
 */
export function renewed(alert: Alert, now: number): Alert {
  if (isSettled(alert)) return alert;
  const validFor = Math.max(alert.endsAt - alert.updatedAt, MIN_GRACE_MS);
  return { ...alert, endsAt: Math.max(alert.endsAt, now + validFor) };
}

/** Rules need a moment after a start before they speak. */
const MIN_GRACE_MS = 120_000;
