/** A folder that was copied, as an image of a disk or of a container is: both copies go on with it. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
import { copyAsKilled } from '../support/buffer/snapshot.ts';
import { tempFolder } from '../support/temp-folder.ts';

it.each(['the same boot', 'another boot'])(
  'never names two records alike, on %s',
  async (bootId) => {
    await using folder = await tempFolder('copied');
    const [one, two] = [join(folder.path, 'one'), join(folder.path, 'two')];
    const options = { capBytes: 10_000_000, bootId: 'the same boot' };
    const master = await openBuffer({ ...options, path: one });
    await master.append(newRecord(1));
    await master.close();
    await cp(one, two, { recursive: true });

    const names: string[] = [];
    for (const [path, boot] of [
      [one, 'the same boot'],
      [two, bootId],
    ] as const) {
      const copy = await openBuffer({ ...options, path, bootId: boot });
      expect(copy.opening.how).toBe('clean');
      for (let n = 0; n < 3; n++) {
        const { epoch, number } = await copy.append(newRecord(n));
        names.push(`${epoch}/${number}`);
      }
      await copy.close();
    }
    expect(new Set(names).size).toBe(6);
  },
);

it('still names the epoch of a life that lost all it had written in a power cut', async () => {
  await using folder = await tempFolder('copied');
  const [path, cut] = [join(folder.path, 'live'), join(folder.path, 'cut')];
  const options = { capBytes: 10_000_000 };
  const live = await openBuffer({ ...options, path, bootId: 'a boot' });
  await copyAsKilled(path, cut);
  const after = await openBuffer({ ...options, path: cut, bootId: 'the next boot' });
  expect(after.opening.how).toBe('power');
  expect(after.epochs()).toEqual([
    { epoch: live.epoch, low: 1, next: 1 },
    { epoch: after.epoch, low: 1, next: 1 },
  ]);
  await after.close();
  await live.close();
});
