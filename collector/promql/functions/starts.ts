/** Start timestamps: a counter that began anew says so, even when it has overtaken its old value. */
import type { Window } from './function.ts';

/** Whether the sample at `i` has counted since after the one before it. */
export function startedAnew({ starts, times }: Window, i: number): boolean {
  if (starts === undefined) return false;
  const [start, time] = [starts[i] as number, times[i] as number];
  // Unknown, or by OpenTelemetry's convention: a start at the sample's own time is an unknown one.
  if (start === 0 || start >= time) return false;
  const before = times[i - 1] as number;
  if (start !== before) return start > before;
  // It began where the other ended: so do deltas, and counters whose true start nobody knows.
  const startBefore = starts[i - 1] as number;
  return startBefore !== 0 && startBefore < before;
}

/** When the first sample's counter began, if that was within the window. */
export function startWithin({ starts, times, first, rangeStart }: Window): number | undefined {
  const start = starts?.[first] ?? 0;
  return start !== 0 && start > rangeStart && start < (times[first] as number) ? start : undefined;
}
