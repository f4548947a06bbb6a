/** A disk that is full or cannot be written: refused by name, nothing lost, mended by itself. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING, newRecord, numbersOf, textOf } from '../support/buffer/records.ts';
import { SmallDisk } from '../support/fault/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };

it('refuses on a full disk, keeps what it has, and works when there is space again', async (context) => {
  await using folder = await tempFolder('buffer');
  using disk = SmallDisk.mount(join(folder.path, 'disk'), 6);
  if (disk === undefined) return context.skip('no right to mount');
  const path = join(disk.path, 'buffer');
  const buffer = await openBuffer({ ...options, path });
  const { epoch } = buffer;
  const appended: number[] = [];
  for (let n = 1; n <= 300; n++) {
    if (n === 100) disk.fill();
    if (n === 200) disk.free();
    const record = newRecord(n, { bytes: 1000 });
    const stored = await buffer.append(record).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'buffer-no-space' });
      expect(n).toBeLessThan(200);
    });
    if (stored !== undefined) appended.push(n);
    expect(buffer.stats().records).toBe(appended.length);
  }
  expect(appended.length).toBeLessThan(250);
  expect(appended.slice(-101)).toEqual(Array.from({ length: 101 }, (_, i) => 200 + i));
  const taken = await buffer.take(undefined, EVERYTHING);
  expect(numbersOf(taken)).toEqual(appended.map((_, i) => i + 1));
  expect(taken.map(textOf)).toEqual(appended.map((n, i) => `${epoch}/${i + 1}/${n}`));
  expect(buffer.losses()).toEqual([]);
  await buffer.close();
});

it('finds half an entry when it is killed between a full disk and its next write, and keeps what was stored', async (context) => {
  await using folder = await tempFolder('buffer');
  using disk = SmallDisk.mount(join(folder.path, 'disk'), 6);
  if (disk === undefined) return context.skip('no right to mount');
  const path = join(disk.path, 'buffer');
  const buffer = await openBuffer({ ...options, path });
  for (let n = 1; n <= 10; n++) await buffer.append(newRecord(n, { bytes: 1000 }));
  disk.fill();
  const refused = async (): Promise<boolean> =>
    buffer.append(newRecord(11, { bytes: 3000 })).then(
      () => false,
      () => true,
    );
  while (!(await refused()));
  disk.free();
  const stored = buffer.stats().records;
  // What a killed process leaves behind.
  const left = join(folder.path, 'left');
  await cp(path, left, { recursive: true });
  await buffer.close();
  const again = await openBuffer({ ...options, path: left });
  expect(again.opening).toMatchObject({ how: 'repaired' });
  expect(again.opening.detail).toContain('ends in the middle of an entry');
  expect(await again.take(undefined, EVERYTHING)).toHaveLength(stored);
  await again.close();
});

it('says that the folder cannot be made', async () => {
  await using folder = await tempFolder('buffer');
  const path = join(folder.path, 'file', 'buffer');
  await writeFile(join(folder.path, 'file'), '');
  await expect(openBuffer({ ...options, path })).rejects.toMatchObject({ code: 'buffer-io' });
});

it('says that another process has it', async () => {
  await using folder = await tempFolder('buffer');
  const path = join(folder.path, 'buffer');
  const first = await openBuffer({ ...options, path });
  await expect(openBuffer({ ...options, path })).rejects.toMatchObject({ code: 'buffer-locked' });
  await first.append(newRecord(1));
  expect(first.stats().records).toBe(1);
  await first.close();
});
