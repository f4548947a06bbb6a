/** An agent without a file descriptor left: it lives, keeps what it can, and recovers by itself. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ENOUGH = 1_024;
const SHORT_MS = 3_000;

it('keeps its connection, connects again when descriptors come free, and loses nothing', async (context) => {
  await using folder = await tempFolder('descriptors');
  const options = { folder: folder.path, intervalMs: 50, batchMs: 250 };
  const pipeline = await Pipeline.open({ ...options, programs: await bundlePrograms() });
  try {
    await pipeline.start();
    await pipeline.untilStored();
    const pid = pipeline.agent.pid ?? 0;
    if (!limit(pid, readdirSync(`/proc/${pid}/fd`).length)) return context.skip('no prlimit');
    // It can neither open a socket nor a file: the connection is gone, the buffer has its log.
    pipeline.link.cut();
    await sleep(SHORT_MS);
    expect(pipeline.agent.pid).toBe(pid);
    expect(readdirSync(`/proc/${pid}/fd`).length).toBeGreaterThan(0);
    limit(pid, ENOUGH);
    await pipeline.untilStored();
    const { lost, twice, invented, excused } = await pipeline.drain(new Set(), 180_000);
    expect({ lost, twice, invented }).toEqual({ lost: [], twice: [], invented: [] });
    expect(excused).toBe(0);
  } finally {
    await pipeline.close();
  }
});

/** Of a running program; answers false where that cannot be had. */
function limit(pid: number, descriptors: number): boolean {
  const soft = `--nofile=${descriptors}:`;
  try {
    execFileSync('prlimit', ['--pid', String(pid), soft], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
