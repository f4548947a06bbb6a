/** How busy this process and its machine are, since the last look. */
import { statfs } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { LoadMeter, MachineLoad } from '../ports/capacity.ts';

/** `folder` is on the disk whose space counts. */
export function createLoadMeter(folder: string): LoadMeter {
  let loop: EventLoopUtilization = performance.eventLoopUtilization();
  let ticks = cpuTicks();
  return {
    async read(): Promise<MachineLoad> {
      const loopNow = performance.eventLoopUtilization();
      const ticksNow = cpuTicks();
      const { utilization } = performance.eventLoopUtilization(loopNow, loop);
      const all = ticksNow.all - ticks.all;
      const machine = all > 0 ? 1 - (ticksNow.idle - ticks.idle) / all : 0;
      loop = loopNow;
      ticks = ticksNow;
      const { bavail, blocks, bsize } = await statfs(folder);
      return {
        loop: utilization,
        machine,
        memoryBytes: process.memoryUsage.rss(),
        memoryLimit: memoryLimit(),
        diskFree: bavail * bsize,
        diskSize: blocks * bsize,
      };
    },
  };
}

function cpuTicks(): { readonly all: number; readonly idle: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}

/** A control group without a limit answers 0 or more than there is. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return limit > 0 && limit < total ? limit : total;
}
