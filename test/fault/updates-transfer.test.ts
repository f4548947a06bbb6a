/**
 * What cuts and kills cost: 24 of them here, with MUSTER_TRANSFER_BREAKS=100 as many. A hundred random cuts and kills cost at most 1.02 times the bytes: a real server, real SIGKILLs,
 * counted where the bytes are handed to the network. The line is slow enough that a transfer is
 * longer than its interruptions.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { bundled } from '../support/updates/bundle.ts';
import { fileServer } from '../support/updates/file-server.ts';

const BREAKS = Number(process.env['MUSTER_TRANSFER_BREAKS'] ?? 24);
/** As many bytes for each break as a file of 32 MB has for a hundred, on a line of 4 Mbit/s. */
const LENGTH = 335_544 * BREAKS;
const SPEED = 500;

/** The same breaks each time: every other one a kill, about so many bytes after the one before. */
function breakAt(index: number): number {
  const jitter = ((index * 2654435761) % 1000) / 1000;
  return (LENGTH / (BREAKS + 2)) * (index + 0.5 + jitter * 0.9);
}

it('costs at most 1.02 times the bytes', async () => {
  await using folder = await tempFolder('transfer');
  const program = await bundled('fetch-victim', folder.path);
  const content = randomBytes(LENGTH);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await using server = await fileServer(content, { speed: SPEED });
  const to = join(folder.path, 'file');
  const start = () =>
    spawn(process.execPath, [program, server.base, 'a/1/f', String(LENGTH), sha256, to], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  let [cuts, kills] = [0, 0];
  let child = start();
  for (let index = 0; index < BREAKS; index++) {
    const goal = breakAt(index);
    while (server.sent() < goal && child.exitCode === null) await pause(1);
    // Any moment, and not the one in which this very process has just sent something.
    await pause(1 + ((index * 7919) % 12));
    if (child.exitCode !== null) break;
    if (index % 2 === 0) {
      server.cut();
      cuts++;
    } else {
      child.kill('SIGKILL');
      // The line ends with it: how long a busy machine takes to bury a process is not our cost.
      server.cut();
      await ended(child);
      kills++;
      child = start();
    }
  }
  await ended(child);
  expect(child.exitCode).toBe(0);
  expect([cuts, kills]).toEqual([BREAKS / 2, BREAKS / 2]);
  expect(
    createHash('sha256')
      .update(await readFile(to))
      .digest('hex'),
  ).toBe(sha256);
  const cost = server.sent() / LENGTH;
  process.stdout.write(`${BREAKS} cuts and kills cost ${cost.toFixed(4)} times the bytes\n`);
  expect(cost).toBeLessThanOrEqual(1.02);
});

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
  });
}
