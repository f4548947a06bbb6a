/** A block in the middle of a table that cannot be read: what is behind it is given out all the same. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING, newRecord, numbersOf } from '../support/buffer/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };
const COUNT = 403;
const LATER = 5;

it('costs what it held, which is told, and nothing behind it', async () => {
  await using folder = await tempFolder('unreadable');
  const path = join(folder.path, 'buffer');
  const before = await openBuffer({ ...options, path });
  for (let n = 1; n <= COUNT; n++) await before.append(newRecord(n, { bytes: 500 }));
  await before.close();
  // The next start makes a table of the log.
  await (await openBuffer({ ...options, path })).close();
  await spoilMiddle(join(path, '00000001'));

  const buffer = await openBuffer({ ...options, path });
  expect(buffer.opening.how).toBe('clean');
  for (let n = 1; n <= LATER; n++) await buffer.append(newRecord(COUNT + n));
  const all = await buffer.take(undefined, EVERYTHING);
  const [old, later] = [before.epoch, buffer.epoch].map((epoch) =>
    numbersOf(all.filter((one) => one.epoch === epoch)),
  );
  expect(later).toEqual([1, 2, 3, 4, 5]);
  expect(old).toEqual(expect.arrayContaining([1, COUNT]));
  const losses = buffer.losses();
  const told = losses.flatMap(({ numbers }) => numbers).map(({ first, last }) => [first, last]);
  const found = new Set(old);
  const gone = Array.from({ length: COUNT }, (_, i) => i + 1).filter((n) => !found.has(n));
  expect(gone.length).toBeGreaterThan(0);
  expect(told).toEqual([[gone[0], gone.at(-1)]]);
  const [first = 0, last = 0] = [gone[0], gone.at(-1)];
  expect(losses).toMatchObject([
    { cause: 'damaged', from: newRecord(first - 1).to, to: newRecord(last + 1).from },
  ]);
  expect(buffer.stats().records).toBe(COUNT - gone.length + LATER);
  await buffer.close();
});

async function spoilMiddle(path: string): Promise<void> {
  const tables = (await readdir(path)).filter((name) => name.endsWith('.ldb'));
  expect(tables).toHaveLength(1);
  const handle = await open(join(path, tables[0] ?? ''), 'r+');
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(64, 0xff), 0, 64, Math.floor(size / 2));
  await handle.close();
}
