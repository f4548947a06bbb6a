/** CPU of the thread that asks, in microseconds; the kernel counts it in nanoseconds. */
import { readFileSync } from 'node:fs';

export function threadCpuUs(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1_000;
}

/** CPU of all threads of this process: libuv's, V8's and workers among them. */
export function processCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
