/** The journal under SIGKILL and on a full disk. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../collector/io/journal/segment-journal.ts';
import type { Journal } from '../../collector/ports.ts';
import { tempFolder } from '../support/temp-folder.ts';

const WRITER = join(import.meta.dirname, '../support/journal-writer.ts');

/** Runs the writer until it has acknowledged this many entries, then kills it. */
async function writeAndKill(
  dir: string,
  seed: number,
  entries: number,
): Promise<Map<number, number>> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, dir, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const acknowledged = new Map<number, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [seq, receivedAt] = line.split(' ').map(Number);
    // The last line may be cut by the kill.
    if (seq === undefined || receivedAt === undefined || Number.isNaN(receivedAt)) continue;
    if (!acknowledged.has(seq)) acknowledged.set(seq, receivedAt);
    if (acknowledged.size === entries) child.kill('SIGKILL');
  }
  await exited;
  return acknowledged;
}

async function contents(journal: Journal): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  let last = 0;
  for await (const { seq, payload, receivedAt } of journal.replay(1)) {
    expect(seq).toBe(last + 1);
    last = seq;
    const bytes = Buffer.from(payload);
    expect(bytes.readUInt32LE()).toBe(receivedAt);
    expect(bytes.subarray(4).every((byte, i) => i < 4 || byte === receivedAt % 256)).toBe(true);
    found.set(seq, receivedAt);
  }
  return found;
}

describe('the journal', () => {
  it('has all that was acknowledged after SIGKILL, in order, nothing torn', async () => {
    await using folder = await tempFolder('journal');
    const expected = new Map<number, number>();
    for (let round = 1; round <= 8; round += 1) {
      const acknowledged = await writeAndKill(folder.path, round, 50 * round * round);
      for (const [seq, receivedAt] of acknowledged) {
        expect(expected.has(seq)).toBe(false);
        expected.set(seq, receivedAt);
      }
      const journal = await openJournal({ dir: folder.path });
      const found = await contents(journal);
      for (const [seq, receivedAt] of expected) expect(found.get(seq)).toBe(receivedAt);
      // Written but not acknowledged: at most one group; the next round must not reuse its numbers.
      for (const [seq, receivedAt] of found) expected.set(seq, receivedAt);
      expect(journal.stats()).toMatchObject({ damagedBytes: 0, nextSeq: found.size + 1 });
      await journal.close();
    }
  });

  it.skipIf(!canMount())('takes a full disk back when there is room (tmpfs as root)', async () => {
    await using folder = await tempFolder('journal');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'muster-test', folder.path]);
    try {
      await fullDisk(folder.path);
    } finally {
      execFileSync('umount', ['-l', folder.path]);
    }
  });
});

async function fullDisk(mount: string): Promise<void> {
  const ballast = join(mount, 'ballast');
  await writeFile(ballast, Buffer.alloc(700_000));
  const dir = join(mount, 'journal');
  const journal = await openJournal({ dir, segmentBytes: 100_000, groupBytes: 30_000 });
  const entry = (n: number) => {
    const payload = Buffer.alloc(10_000, n % 256);
    payload.writeUInt32LE(n);
    return { topic: 'muster/v1/a/b/m', payload, receivedAt: n };
  };
  const appended = new Map<number, number>();
  let tries = 0;
  const burst = () =>
    Promise.allSettled(
      Array.from({ length: 7 }, async () => {
        tries += 1;
        const n = tries;
        appended.set(await journal.append(entry(n)), n);
      }),
    );
  let outcomes = await burst();
  while (outcomes.every(({ status }) => status === 'fulfilled')) outcomes = await burst();
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'journal-disk-full' });
  // Still full: refused again, and still nothing of it is kept.
  expect((await burst()).filter(({ status }) => status === 'fulfilled').length).toBeLessThan(4);
  await rm(ballast);
  for (const { status } of await burst()) expect(status).toBe('fulfilled');
  expect([...appended.keys()]).toEqual([...appended.keys()].map((_, i) => i + 1));
  await journal.close();
  const again = await openJournal({ dir });
  const found = await contents(again);
  expect([...found]).toEqual([...appended]);
  expect(again.stats().damagedBytes).toBe(0);
  await again.close();
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
