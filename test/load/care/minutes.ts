/** The CPU of processes minute by minute. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../agent/proc.ts';
import { median } from '../peers/table.ts';
import type { One } from './agents.ts';

const MINUTE_MS = 60_000;

/**
 * Watches for so long; answers CPU seconds an hour, children included, of the median minute of each. Where a
 * hypervisor gives the processor to others, the kernel seems to count that as the process' own time:
 * that meets some minutes, and a mean is full of it. A full collection of V8, once in ten minutes, is in none.
 */
export async function medianMinutes(all: readonly One[], ms: number): Promise<readonly number[]> {
  const minutes: (readonly number[])[] = [];
  let before = all.map(({ pid }) => cpuSeconds(pid));
  for (let left = ms; left > 0; left -= MINUTE_MS) {
    await sleep(Math.min(left, MINUTE_MS));
    const now = all.map(({ pid }) => cpuSeconds(pid));
    if (left >= MINUTE_MS) minutes.push(now.map((seconds, n) => seconds - (before[n] ?? 0)));
    before = now;
  }
  return all.map((_, n) => median(minutes.map((seconds) => seconds[n] ?? 0)) * 60);
}
