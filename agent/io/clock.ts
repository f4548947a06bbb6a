/**
 * The machine's time. `mono` counts from the kernel's start, suspended time included, which Node's
 * own monotonic clock does not; `/proc/uptime` does, and corrects it.
 */
import { existsSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../ports.ts';

/** How often the monotonic clock is held against the uptime, and what difference matters. */
const CHECK_MS = 5_000;
const DRIFT_MS = 100;
/** The wall clock moved by itself: it was set, or the machine slept. Worth a look at the uptime. */
const JUMP_MS = 500;
/** setTimeout takes no more than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The three clocks of the machine, in milliseconds; tests bring their own. */
export interface Clocks {
  readonly wall: () => number;
  /** Node's, which stands still while the machine sleeps. */
  readonly awake: () => number;
  /** Since the kernel started, sleep included. */
  readonly uptime: () => number;
}

const SYSTEM: Clocks = {
  wall: Date.now,
  awake: () => performance.now(),
  uptime: () => uptime() * 1000,
};

export function createClock({ wall, awake, uptime }: Clocks = SYSTEM): Clock {
  let checkedAt = awake();
  let base = uptime() - checkedAt;
  let wallBase = wall() - checkedAt;
  return {
    wall,
    mono: () => {
      const now = awake();
      const moved = Math.abs(wall() - now - wallBase);
      if (now - checkedAt > CHECK_MS || moved > JUMP_MS) {
        checkedAt = now;
        wallBase = wall() - now;
        const drift = uptime() - now - base;
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
