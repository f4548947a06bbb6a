/** Takes the place of timers in the laboratory: its own clock, which dies with its life. */
import { current } from './life.ts';

/** Watches that only look for a slow server: nothing is slow here. */
export const setInterval = () => 0;
export const clearInterval = () => undefined;

/** The global ones. */
export const setTimeout = (action: () => void, ms: number) => current().clock.after(ms, action);
export const clearTimeout = (cancel: (() => void) | undefined) => cancel?.();

/** Of `node:timers/promises`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    current().clock.after(ms, resolve);
  });
}
