/** `muster-collector verify` over folders that the real parts wrote. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '../../collector/io/journal/segment-journal.ts';
import { openCatalog } from '../../collector/io/level-catalog.ts';
import { verifyData } from '../../collector/io/verify.ts';
import type { PartReport } from '../../collector/ports/commands.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function verified(data: string): Promise<PartReport[]> {
  const reports: PartReport[] = [];
  for await (const report of verifyData(data)) reports.push(report);
  return reports;
}

async function written(data: string): Promise<void> {
  const journal = await openJournal({ dir: join(data, 'journal') });
  for await (const _ of journal.replay(0));
  for (let index = 0; index < 20; index += 1) {
    const payload = Buffer.alloc(100, index);
    await journal.append({ topic: 'muster/v1/a/b/m', payload, receivedAt: index });
  }
  await journal.close();
  const catalog = await openCatalog(join(data, 'catalog'));
  await catalog.write(
    new Map([
      ['a', Buffer.from('1')],
      ['b', Buffer.from('2')],
    ]),
  );
  await catalog.close();
}

test('what is whole is said to be, twice the same', async () => {
  await using folder = await tempFolder('verify');
  await written(folder.path);
  const first = await verified(folder.path);
  expect(first.map(({ part, verdict }) => [part.split('/')[0], verdict])).toEqual([
    ['journal', 'ok'],
    ['catalog', 'ok'],
  ]);
  expect(first[0]?.detail).toBe('20 entries');
  expect(first[1]?.detail).toBe('2 entries');
  expect(await verified(folder.path)).toEqual(first);
});

test('a flipped byte in the journal is found', async () => {
  await using folder = await tempFolder('verify');
  await written(folder.path);
  const dir = join(folder.path, 'journal');
  const [name = ''] = await readdir(dir);
  const bytes = await readFile(join(dir, name));
  bytes.writeUInt8(bytes.readUInt8(1000) ^ 0xff, 1000);
  await writeFile(join(dir, name), bytes);
  const [journal, catalog] = await verified(folder.path);
  expect(journal).toMatchObject({
    verdict: 'damaged',
    detail: expect.stringContaining('19 entries') as unknown,
  });
  expect(catalog?.verdict).toBe('ok');
});

test('a catalog without its head is found, and stays as it is', async () => {
  await using folder = await tempFolder('verify');
  await written(folder.path);
  await rm(join(folder.path, 'catalog', 'CURRENT'));
  const before = await readdir(join(folder.path, 'catalog'));
  expect((await verified(folder.path))[1]).toMatchObject({
    verdict: 'damaged',
    detail: 'CURRENT is missing',
  });
  expect(await readdir(join(folder.path, 'catalog'))).toEqual(before);
});

test('a collector that runs is not disturbed', async () => {
  await using folder = await tempFolder('verify');
  await written(folder.path);
  const catalog = await openCatalog(join(folder.path, 'catalog'));
  await expect(verified(folder.path)).rejects.toThrow('stop it first');
  await catalog.close();
});

test('a folder that is not there is no success', async () => {
  await expect(verified('/no/such/folder')).rejects.toThrow('ENOENT');
});
