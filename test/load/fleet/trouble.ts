/**
 * How devices misbehave in the field. One in ten does: offline for seconds (samples wait), a
 * restart (new boot; one in five comes back reinstalled, with a new epoch), batches that come
 * after their successors, a clock that is ahead or behind.
 */
import type { Device } from './device.ts';
import type { Trouble } from './settings.ts';

const EVERY = 10;
const PAUSE_MS = { offline: [3_000, 6_000], restart: [1_000, 3_000] } as const;
const LATE_SHARE = 0.3;
const MINUTE = 60_000;
const ESTIMATED = 2;

export function troubleOf(index: number, troubles: readonly Trouble[]): Trouble | undefined {
  if (troubles.length === 0 || index % EVERY !== 0) return undefined;
  return troubles[(index / EVERY) % troubles.length];
}

/** Whether this sample is held back, to go out after the next one. */
export function holdsBack(trouble: Trouble | undefined): boolean {
  return trouble === 'late' && Math.random() < LATE_SHARE;
}

/** Called for each troubled device every few seconds. */
export function misbehave(device: Device, trouble: Trouble): void {
  if (trouble === 'clock') {
    const ahead = Math.random() < 0.5;
    device.clockErrorMs = Math.round((Math.random() - 0.7) * 30 * MINUTE);
    device.clock = ahead ? ESTIMATED : 1;
    return;
  }
  if (trouble === 'late' || !device.up) return;
  if (trouble === 'offline') device.goOffline();
  else device.restart(Math.random() < 0.2);
  const [least, most] = PAUSE_MS[trouble];
  setTimeout(() => device.connect(), least + Math.random() * (most - least));
}
