/** Waits for what must come true; how long is the machine's business, the limit is for what hangs. */
import { vi } from 'vitest';

const HANGS_MS = 60_000;

export const soon = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: HANGS_MS, interval: 5 });
