/** A block of a table that cannot be read, or not everywhere: the rest is given out all the same. */
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordKey } from '../../agent/io/buffer/keys.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { StoredRecord } from '../../agent/ports.ts';
import { EVERYTHING, newRecord, numbersOf } from '../support/buffer/records.ts';
import { Random } from '../support/pipeline/random.ts';
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
    { cause: 'damaged', from: newRecord(first - 1).to, to: newRecord(last + 1).to },
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

/** Where a record is the first of a few that share a prefix, its whole key stands in the table. */
async function spoilSeeks(path: string, epoch: string): Promise<number> {
  const [table = ''] = (await readdir(path)).filter((name) => name.endsWith('.ldb'));
  const bytes = await readFile(join(path, table));
  let damaged = 0;
  for (let number = 40; number <= COUNT; number++) {
    const at = bytes.indexOf(recordKey({ order: 1, epoch, number }));
    if (at < 0 || damaged > 0) continue;
    // The length of what it shares with the record before: nothing.
    bytes[at - 3] = 0xff;
    damaged = number;
  }
  await writeFile(join(path, table), bytes);
  return damaged;
}

it('gives out what is found by going through all, and is not when it is sought', async () => {
  await using folder = await tempFolder('unreadable');
  const path = join(folder.path, 'buffer');
  const before = await openBuffer({ ...options, path });
  const { epoch } = before;
  // Bytes that do not compress: the block stands in the table as it is.
  const random = new Random(1);
  for (let n = 1; n <= COUNT; n++) {
    const payload = Uint8Array.from({ length: 60 }, () => random.between(0, 255));
    await before.append({ ...newRecord(n), encode: () => payload });
  }
  await before.close();
  await (await openBuffer({ ...options, path })).close();
  expect(await spoilSeeks(join(path, '00000001'), epoch)).toBeGreaterThan(0);

  const buffer = await openBuffer({ ...options, path });
  const given: number[] = [];
  for (let last: StoredRecord | undefined; ; ) {
    const some = await buffer.take(last, { records: 8, bytes: 1e9 });
    if (some.length === 0) break;
    last = some.at(-1);
    given.push(...numbersOf(some));
    for (const { number } of some)
      await buffer.acknowledge(epoch, [{ first: number, last: number }]);
  }
  const told = buffer
    .losses()
    .flatMap(({ numbers }) => numbers)
    .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  expect(told.length).toBeGreaterThan(0);
  expect([...given, ...told].sort((a, b) => a - b)).toEqual(
    Array.from({ length: COUNT }, (_, i) => i + 1),
  );
  await buffer.close();
});
