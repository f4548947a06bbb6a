/** An agent whose disk is full or cannot be written: what it has goes out, and it recovers by itself. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BATCHES_A_DAY, recordBatch, recordDays } from '../support/fault/month.ts';
import { SmallDisk } from '../support/fault/small-disk.ts';
import { LinkRig } from '../support/link/rig.ts';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 9, 1);
const CAP = 400_000;

it('a full disk at the cap, with events and thinned batches: all of it goes out with space again', async (context) => {
  await using folder = await tempFolder('agent-disk');
  using disk = SmallDisk.mount(join(folder.path, 'disk'), 8);
  if (disk === undefined) return context.skip('no right to mount');
  await using rig = await LinkRig.open({ capBytes: CAP, buffer: join(disk.path, 'buffer') });
  const { buffer } = rig;
  const { events } = await recordDays(buffer, FROM, 10);
  expect(buffer.stats().thinnedSamples).toBeGreaterThan(0);

  disk.fill();
  let refused = 0;
  for (let n = 0; n < BATCHES_A_DAY && refused < 5; n++) {
    const stored = await recordBatch(buffer, FROM + 10 * DAY + n, false).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'buffer-no-space' });
      refused++;
    });
    if (stored !== undefined) rig.link.sender.recorded(stored, false);
  }
  expect(refused).toBe(5);
  const { records } = buffer.stats();
  const losses = buffer.losses();
  await rig.start();

  // What was sent must be noted first, so that its number never stands for other bytes: it waits.
  disk.free();
  const stored = await recordBatch(buffer, FROM + 11 * DAY, true);
  rig.link.sender.recorded(stored, true);
  await rig.until(() => buffer.stats().records === 0);
  const backlog = [...rig.broker.numbers('h'), ...rig.broker.numbers('event')];
  expect(new Set(backlog).size).toBe(backlog.length);
  expect(rig.broker.numbers('m')).toEqual([stored.number]);
  // What was refused may have reached the log all the same; its numbers are its own.
  expect(backlog.length).toBeGreaterThanOrEqual(records);
  expect(backlog.length).toBeLessThanOrEqual(records + refused);
  expect(rig.broker.numbers('event')).toHaveLength(events);
  // What was thinned at the cap, and nothing more.
  expect(buffer.losses()).toEqual(losses);
});

it('a data folder that is read-only: refused by name, and taken once it can be written', async (context) => {
  await using folder = await tempFolder('agent-disk');
  const options = { folder: folder.path, intervalMs: 50, batchMs: 250 };
  const pipeline = await Pipeline.open({ ...options, programs: await bundlePrograms() });
  try {
    if (!pipeline.has('disks')) return context.skip('no right to mount');
    await pipeline.start();
    await pipeline.untilStored();
    await pipeline.agent.end('SIGKILL');
    remount(pipeline.agentData, 'ro');
    await expect(pipeline.agent.start('started')).rejects.toThrow(/ended early/);
    const log = readFileSync(join(folder.path, 'agent.log'), 'utf8');
    expect(log).toMatch(/buffer-read-only/);
    remount(pipeline.agentData, 'rw');
    await pipeline.agent.start('started');
    await pipeline.untilStored();
    const { lost, twice, invented } = await pipeline.drain(new Set(['killed']), 180_000);
    expect({ lost, twice, invented }).toEqual({ lost: [], twice: [], invented: [] });
  } finally {
    await pipeline.close();
  }
});

function remount(path: string, how: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${how}`, path], { stdio: 'ignore' });
}
