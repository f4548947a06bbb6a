/**
 * The machine's time. `mono` counts from the kernel's start, suspended time included, which Node's
 * own monotonic clock does not; `/proc/uptime` does, and corrects it.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Clock } from '../ports.ts';

/** How often the monotonic clock is held against the uptime, and what difference matters. */
const CHECK_MS = 5_000;
const DRIFT_MS = 100;
/** setTimeout takes no more than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createClock(): Clock {
  let base = uptimeMs() - performance.now();
  let checkedAt = performance.now();
  return {
    wall: () => Date.now(),
    mono: () => {
      const now = performance.now();
      if (now - checkedAt > CHECK_MS) {
        checkedAt = now;
        const drift = uptimeMs() - now - base;
        if (Math.abs(drift) > DRIFT_MS) base += drift;
      }
      return now + base;
    },
    after: (delayMs, action) => {
      const timer = setTimeout(action, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

/** Where systemd-timesyncd says that the clock follows a server. */
const TIMESYNC_FOLDER = '/run/systemd/timesync';
const TIMESYNC_DONE = `${TIMESYNC_FOLDER}/synchronized`;

/** Whether the clock is synchronised; `undefined` where nobody on this machine says. */
export function clockSynced(): boolean | undefined {
  if (existsSync(TIMESYNC_DONE)) return true;
  return existsSync(TIMESYNC_FOLDER) ? false : undefined;
}

function uptimeMs(): number {
  return Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000;
}
