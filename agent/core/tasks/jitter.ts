/** How long after its due instant a task of this device runs: always the same, and spread over a fleet. */
import { createHash } from 'node:crypto';

/** Milliseconds from 0 up to, but not including, `bound`. */
export function jitterOf(device: string, task: string, bound: number): number {
  if (bound <= 0) return 0;
  const hash = createHash('sha256').update(`${device}\n${task}`).digest();
  return Math.floor((hash.readUInt32BE(0) / 2 ** 32) * bound);
}
