/** Live batches that wait for their write: acknowledged in time they cost none, else they are kept. */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Journal } from '../../agent/io/buffer/journal.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer, StoredRecord } from '../../agent/ports.ts';
import { EVERYTHING, newRecord, numbersOf, textOf } from '../support/buffer/records.ts';
import { copyAsKilled } from '../support/buffer/snapshot.ts';
import { soon } from '../support/soon.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 1_000_000, bootId: 'a boot' };
const NEVER = 1e8;

const acknowledge = (buffer: RecordBuffer, ...records: readonly StoredRecord[]) =>
  buffer.acknowledge(
    buffer.epoch,
    records.map(({ number }) => ({ first: number, last: number })),
  );

describe('a live batch', () => {
  it('is not written when the collector has it in time', async () => {
    await using folder = await tempFolder('staged');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path, writeDelayMs: NEVER });
    // The first says in the folder that others may follow unwritten.
    await acknowledge(buffer, await buffer.append(newRecord(1, { sent: true })));
    const commit = vi.spyOn(Journal.prototype, 'commit');
    for (let n = 2; n <= 50; n++)
      await acknowledge(buffer, await buffer.append(newRecord(n, { sent: true })));
    expect(commit).not.toHaveBeenCalled();
    commit.mockRestore();
    expect(buffer.stats()).toMatchObject({ records: 0, bytes: 0 });
    expect(buffer.held()).toEqual([{ epoch: buffer.epoch, low: 51, next: 51 }]);
    await buffer.close();
    const again = await openBuffer({ ...options, path });
    expect(again.opening.how).toBe('clean');
    expect(again.held()).toEqual([{ epoch: again.epoch, low: 1, next: 1 }]);
    await again.close();
  });

  it('is written when nobody has acknowledged it in time', async () => {
    await using folder = await tempFolder('staged');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path, writeDelayMs: 10 });
    await buffer.append(newRecord(1, { sent: true }));
    const flushed = vi.spyOn(Journal.prototype, 'flushStaged');
    const second = await buffer.append(newRecord(2, { sent: true }));
    await soon(() => expect(flushed).toHaveResolved());
    flushed.mockRestore();
    const killed = join(folder.path, 'killed');
    await copyAsKilled(path, killed);
    const after = await openBuffer({ ...options, path: killed });
    expect(textOf(await after.get(second))).toBe(`${second.epoch}/2/2`);
    await after.close();
    await buffer.close();
  });

  it('that a kill took is told by the opening, not once more when later ones are acknowledged', async () => {
    await using folder = await tempFolder('staged');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path, writeDelayMs: NEVER });
    await buffer.append(newRecord(1, { sent: true }));
    for (const n of [2, 3, 4]) await buffer.append(newRecord(n, { sent: true }));
    const killed = join(folder.path, 'killed');
    await copyAsKilled(path, killed);
    const after = await openBuffer({ ...options, path: killed, writeDelayMs: NEVER });
    expect(after.opening.how).toBe('killed');
    // The collector has 4, neither 2 nor 3, and 1 was not acknowledged yet.
    await after.acknowledge(buffer.epoch, [{ first: 4, last: 4 }]);
    expect(after.losses()).toEqual([]);
    expect(after.stats().damagedRecords).toBe(0);
    await after.close();
    // Nor by a later life, which found the folder closed well.
    const later = await openBuffer({ ...options, path: killed, writeDelayMs: NEVER });
    await later.acknowledge(buffer.epoch, [{ first: 5, last: 5 }]);
    expect(later.losses()).toEqual([]);
    await later.close();
    await buffer.close();
  });

  it('can be sent again and drained, in order, before it is written', async () => {
    await using folder = await tempFolder('staged');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path, writeDelayMs: NEVER });
    const records: StoredRecord[] = [];
    for (let n = 1; n <= 6; n++) records.push(await buffer.append(newRecord(n, { sent: true })));
    expect(textOf(await buffer.get(records[3] as StoredRecord))).toBe(`${buffer.epoch}/4/4`);
    await acknowledge(buffer, records[0] as StoredRecord, records[4] as StoredRecord);
    expect(buffer.held().at(-1)).toMatchObject({ low: 2, next: 7 });
    expect(numbersOf(await buffer.take(undefined, EVERYTHING))).toEqual([2, 3, 4, 6]);
    expect(buffer.losses()).toEqual([]);
    await buffer.close();
  });

  it('that a kill took leaves its number to nobody, and the time since when is known', async () => {
    await using folder = await tempFolder('staged');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path, writeDelayMs: NEVER });
    const first = await buffer.append(newRecord(1, { sent: true }));
    await buffer.append(newRecord(2, { sent: true }));
    const killed = join(folder.path, 'killed');
    await copyAsKilled(path, killed);
    const after = await openBuffer({ ...options, path: killed });
    expect(after.epoch).not.toBe(buffer.epoch);
    expect(after.opening).toMatchObject({
      how: 'killed',
      previousEpoch: buffer.epoch,
      lastTo: first.to,
    });
    expect(numbersOf(await after.take(undefined, EVERYTHING))).toEqual([1]);
    await after.close();
    await buffer.close();
  });
});
