/** The CPU of processes second by second, and what others took of the machine meanwhile. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../agent/proc.ts';
import type { One } from './agents.ts';
import type { Second } from './quiet-seconds.ts';

/** A look that comes so late tells of more than its second. */
const LATE_MS = 100;

interface Sight {
  /** Milliseconds since the watch began. */
  readonly at: number;
  readonly stolen: number;
  readonly cpu: readonly number[];
}

/** Children included. */
export async function watchSeconds(all: readonly One[], ms: number): Promise<readonly Second[]> {
  const start = performance.now();
  const see = (): Sight => ({
    at: performance.now() - start,
    stolen: stolenTicks(),
    cpu: all.map(({ pid }) => cpuSeconds(pid)),
  });
  const seconds: Second[] = [];
  let before = see();
  while (before.at < ms) {
    const next = Math.floor(before.at / 1000) + 1;
    await sleep(next * 1000 - before.at);
    const now = see();
    const isInTime = now.at - next * 1000 < LATE_MS && before.at - (next - 1) * 1000 < LATE_MS;
    const second = between(before, now, next - 1);
    seconds.push(isInTime ? second : { ...second, stolen: Number.POSITIVE_INFINITY });
    before = now;
  }
  return seconds;
}

function between(before: Sight, now: Sight, at: number): Second {
  const cpu = now.cpu.map((seconds, n) => seconds - (before.cpu[n] ?? 0));
  return { at, stolen: now.stolen - before.stolen, cpu };
}

/** Behind the name: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)). */
function stolenTicks(): number {
  const [all = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  return Number(all.split(/ +/)[8]);
}
