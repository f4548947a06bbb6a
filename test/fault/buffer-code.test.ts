/** Code that mends a damaged folder cannot be loaded: that is no damage, and the folder stays. */
import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
import { copyAsKilled } from '../support/buffer/snapshot.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 1_000_000, bootId: 'a boot' };

it('is refused as trouble with the disk is, and mended when it can be loaded', async () => {
  await using folder = await tempFolder('code');
  const path = join(folder.path, 'buffer');
  const first = await openBuffer({ ...options, path: join(folder.path, 'first') });
  for (let n = 1; n <= 9; n++) await first.append(newRecord(n, { bytes: 200 }));
  await copyAsKilled(join(folder.path, 'first'), path);
  await first.close();
  const generation = join(path, '00000001');
  const [log = ''] = (await readdir(generation)).filter((name) => name.endsWith('.log'));
  await truncate(join(generation, log), 700);

  vi.doMock('../../agent/io/buffer/recount.ts', () => {
    throw new Error('it is not there');
  });
  await expect(openBuffer({ ...options, path })).rejects.toMatchObject({ code: 'buffer-io' });
  expect((await readdir(folder.path)).sort()).toEqual(['buffer', 'first']);
  vi.doUnmock('../../agent/io/buffer/recount.ts');

  const buffer = await openBuffer({ ...options, path });
  expect(buffer.opening.how).toBe('repaired');
  await buffer.close();
});
