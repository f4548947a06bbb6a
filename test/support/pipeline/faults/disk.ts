/** A disk that is full for a while. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, pause } from './fault.ts';

export const DISK_FAULTS: readonly Fault[] = [
  {
    name: 'disk of the agent full',
    needs: 'disks',
    allows: [],
    run: ({ agentData }, random) => fill(agentData, random.between(200, 2_000)),
  },
  {
    name: 'disk of the collector full',
    needs: 'disks',
    allows: [],
    run: ({ collectorData }, random) => fill(collectorData, random.between(200, 2_000)),
  },
  {
    name: 'agent killed while its disk is full',
    needs: 'disks',
    allows: ['killed', 'damaged'],
    async run({ agent, agentData }, random) {
      const emptied = fill(agentData, random.between(500, 1_500));
      await pause(random.between(100, 400));
      await agent.end('SIGKILL');
      await emptied;
      await agent.start('started');
    },
  },
];

async function fill(folder: string, ms: number): Promise<void> {
  const ballast = join(folder, 'ballast');
  const file = await open(ballast, 'w');
  try {
    for (const block of [1 << 20, 1 << 12]) await pour(file, Buffer.alloc(block));
    await pause(ms);
  } finally {
    await file.close();
    await rm(ballast);
  }
}

async function pour(file: Awaited<ReturnType<typeof open>>, block: Buffer): Promise<void> {
  for (;;) {
    try {
      const { bytesWritten } = await file.write(block);
      if (bytesWritten < block.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
