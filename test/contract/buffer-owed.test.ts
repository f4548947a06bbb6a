/** What an unclean end may have cost is owed to the collector until a gap of it is on record. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
import { copyAsKilled } from '../support/buffer/snapshot.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 1_000_000, bootId: 'a boot' };

/** A folder as it is after a kill: one batch in it, and its successor's opening. */
async function killedOnce(folder: string) {
  const first = join(folder, 'first');
  const buffer = await openBuffer({ ...options, path: first });
  await buffer.append(newRecord(1));
  const { lastTo } = buffer.opening;
  expect(lastTo).toBeUndefined();
  const path = join(folder, 'second');
  await copyAsKilled(first, path);
  await buffer.close();
  return path;
}

it('is not forgotten when the next life is killed before it could tell', async () => {
  await using folder = await tempFolder('owed');
  const path = await killedOnce(folder.path);
  const second = await openBuffer({ ...options, path });
  const { how, since } = second.opening;
  expect([how, since]).toEqual(['killed', newRecord(1).to]);
  await second.append(newRecord(7));
  const third = join(folder.path, 'third');
  await copyAsKilled(path, third);
  await second.close();
  const after = await openBuffer({ ...options, path: third });
  expect(after.opening).toMatchObject({ how: 'killed', lastTo: newRecord(7).to, since });
  await after.close();
});

/** The second life, which has told: the record of it is in the folder. */
async function told(path: string) {
  const buffer = await openBuffer({ ...options, path });
  const { since } = buffer.opening;
  const record = await buffer.append(newRecord(7, { kind: 'event', settlesOpening: true }));
  await buffer.append(newRecord(8));
  return { buffer, since, record };
}

it('is told after a clean end too', async () => {
  await using folder = await tempFolder('owed');
  const path = await killedOnce(folder.path);
  const second = await openBuffer({ ...options, path });
  const { since } = second.opening;
  await second.append(newRecord(7));
  await second.close();
  const third = await openBuffer({ ...options, path });
  expect(third.opening).toMatchObject({ how: 'killed', since });
  await third.close();
});

it('is told no more while the record of it waits, and told again with what the next kill may have cost', async () => {
  await using folder = await tempFolder('owed');
  const path = await killedOnce(folder.path);
  const { buffer, since } = await told(path);
  await buffer.close();
  const clean = await openBuffer({ ...options, path });
  expect(clean.opening.how).toBe('clean');
  const killed = join(folder.path, 'killed');
  await copyAsKilled(path, killed);
  await clean.close();
  const after = await openBuffer({ ...options, path: killed });
  expect(after.opening).toMatchObject({ how: 'killed', since, lastTo: newRecord(8).to });
  await after.close();
});

it('is settled when the collector has the record of it', async () => {
  await using folder = await tempFolder('owed');
  const path = await killedOnce(folder.path);
  const { buffer, record } = await told(path);
  await buffer.acknowledge(record.epoch, [{ first: record.number, last: record.number }]);
  await buffer.append(newRecord(9));
  const killed = join(folder.path, 'killed');
  await copyAsKilled(path, killed);
  await buffer.close();
  const after = await openBuffer({ ...options, path: killed });
  expect(after.opening).toMatchObject({ how: 'killed', since: newRecord(9).to });
  await after.close();
});
