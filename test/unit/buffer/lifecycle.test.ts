/** What happens over days: generations, epochs, thinning, folders set aside. */
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer } from '../../../agent/ports.ts';
import { openFeed } from '../../load/buffer/feed.ts';
import { EVERYTHING, newRecord, numbersOf } from '../../support/buffer/records.ts';
import { copyAsKilled } from '../../support/buffer/snapshot.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };

async function online(buffer: RecordBuffer, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const { epoch, number } = await buffer.append(newRecord(n, { bytes: 1000, sent: true }));
    if (number > 3) await buffer.acknowledge(epoch, [{ first: number, last: number }]);
  }
}

describe('generations', () => {
  it('change without losing what is held, dictionaries in use, or the number', async () => {
    await using folder = await tempFolder('buffer');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path });
    await buffer.putDictionary('state', Buffer.from('kept'));
    for (let i = 0; i < 8; i++) {
      await buffer.putDictionary(String(i).repeat(16), Buffer.from(String(i)));
    }
    await online(buffer, 1, 1500);
    expect(await readdir(path)).toEqual(['00000003']);
    expect(buffer.stats().records).toBe(3);
    expect(await buffer.dictionary('state')).toEqual(Buffer.from('kept'));
    expect(await buffer.dictionary('7'.repeat(16))).toEqual(Buffer.from('7'));
    expect(await buffer.dictionary('0'.repeat(16))).toBeUndefined();
    await copyAsKilled(path, join(folder.path, 'killed'));
    await buffer.close();
    const again = await openBuffer({ ...options, path: join(folder.path, 'killed') });
    expect(again.opening.how).toBe('killed');
    expect((await again.append(newRecord(0))).epoch).not.toBe(buffer.epoch);
    expect(numbersOf(await again.take(undefined, EVERYTHING)).slice(0, 3)).toEqual([1, 2, 3]);
    await again.close();
  });

  it('are found again after a kill in the middle of a change', async () => {
    await using folder = await tempFolder('buffer');
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ ...options, path });
    await online(buffer, 1, 10);
    await buffer.close();
    await mkdir(join(path, '00000002'));
    await writeFile(join(path, '00000002', 'CURRENT'), 'half');
    await cp(join(path, '00000001'), join(path, 'old-00000000'), { recursive: true });
    const again = await openBuffer({ ...options, path });
    expect([again.opening.how, again.opening.previousEpoch]).toEqual(['clean', buffer.epoch]);
    expect(await readdir(path)).toEqual(['00000001']);
    await again.close();
  });
});

describe('epochs', () => {
  it('of earlier boots are held, oldest first, until they are empty', async () => {
    await using folder = await tempFolder('buffer');
    let path = join(folder.path, 'boot-0');
    const epochs: string[] = [];
    for (let boot = 0; boot < 3; boot++) {
      const buffer = await openBuffer({ ...options, path, bootId: `boot ${boot}` });
      epochs.push(buffer.epoch);
      if (boot > 0) {
        expect(buffer.opening).toMatchObject({ how: 'power', previousEpoch: epochs[boot - 1] });
        expect(buffer.opening.lastTo).toBe((boot * 10 + 2) * 1000 - 9_100);
      }
      for (let n = 0; n < 3; n++) await buffer.append(newRecord(boot * 10 + n));
      path = join(folder.path, `boot-${boot + 1}`);
      await copyAsKilled(join(folder.path, `boot-${boot}`), path);
      await buffer.close();
    }
    const buffer = await openBuffer({ ...options, path, bootId: 'boot 2' });
    const taken = await buffer.take(undefined, EVERYTHING);
    expect(taken.map((one) => one.epoch)).toEqual(epochs.flatMap((one) => [one, one, one]));
    await buffer.acknowledge(epochs[1] ?? '', [{ first: 1, last: 3 }]);
    expect(buffer.held().map((one) => one.epoch)).toEqual([epochs[0], epochs[2], buffer.epoch]);
    await buffer.close();
  });
});

describe('thinning', () => {
  it('halves the oldest batches that were never given out before it drops any', async () => {
    await using folder = await tempFolder('buffer');
    const feed = openFeed(80, 6);
    const path = join(folder.path, 'buffer');
    const buffer = await openBuffer({ capBytes: 400_000, bootId: 'a boot', path });
    await buffer.putDictionary(feed.id, feed.schema);
    for (let n = 0; n < 10; n++) await buffer.append(feed.record(n, false));
    const given = await buffer.take(undefined, EVERYTHING);
    for (let n = 10; n < 650; n++) await buffer.append(feed.record(n, n < 20));
    const { thinnedSamples, droppedRecords, records } = buffer.stats();
    expect([records, droppedRecords]).toEqual([650, 0]);
    expect(thinnedSamples).toBeGreaterThan(0);
    expect(thinnedSamples % (80 * 3)).toBe(0);
    const [loss, ...others] = buffer.losses();
    expect(others).toEqual([]);
    const first = loss?.numbers[0]?.first;
    expect([loss?.cause, loss?.samples, first]).toEqual(['thinned', thinnedSamples, 21]);
    const again = await buffer.take(undefined, { records: 10, bytes: 1e9 });
    expect(again).toEqual(given);
    const whole = await buffer.get({ epoch: buffer.epoch, number: 20 });
    const thinned = await buffer.get({ epoch: buffer.epoch, number: 21 });
    expect([whole?.samples, thinned?.samples]).toEqual([480, 240]);
    await buffer.close();
  });
});

describe('quarantine', () => {
  it('keeps one damaged folder and no more', async () => {
    await using folder = await tempFolder('buffer');
    const path = join(folder.path, 'buffer');
    const epochs = new Set<string>();
    for (let round = 1; round <= 3; round++) {
      await rm(path, { recursive: true, force: true });
      await mkdir(path);
      // A file where the database should be: neither opening nor repairing can help.
      await writeFile(join(path, '00000001'), 'not a folder');
      const buffer = await openBuffer({ ...options, path });
      expect(buffer.opening.how).toBe('quarantined');
      expect(buffer.opening.detail).toContain(`buffer.damaged-${round}`);
      epochs.add(buffer.epoch);
      await buffer.close();
      expect((await readdir(folder.path)).sort()).toEqual(['buffer', `buffer.damaged-${round}`]);
    }
    expect(epochs.size).toBe(3);
  });
});
