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

it('is told after a clean end too, and once it is on record no more', async () => {
  await using folder = await tempFolder('owed');
  const path = await killedOnce(folder.path);
  const second = await openBuffer({ ...options, path });
  const { since } = second.opening;
  await second.append(newRecord(7));
  await second.close();
  const third = await openBuffer({ ...options, path });
  expect(third.opening).toMatchObject({ how: 'killed', since });
  await third.append(newRecord(8, { kind: 'event', settlesOpening: true }));
  await third.close();
  const fourth = await openBuffer({ ...options, path });
  expect(fourth.opening.how).toBe('clean');
  await fourth.close();
});
