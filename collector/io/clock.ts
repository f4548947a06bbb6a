/** The collector's time: the system's clocks and timers. */
import type { Cancel, Clock } from '../ports.ts';

/** setTimeout fires at once beyond this. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  wall: () => Date.now(),
  mono: () => performance.now(),
  after: (delayMs, action) => {
    if (delayMs <= LONGEST) {
      const timer = setTimeout(action, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    }
    let cancel: Cancel = () => {};
    const timer = setTimeout(() => {
      cancel = systemClock.after(delayMs - LONGEST, action);
    }, LONGEST);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  },
};

/** Lets whatever else waits for the event loop have its turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
