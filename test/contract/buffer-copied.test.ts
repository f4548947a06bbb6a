/** A folder that was copied, as an image of a disk or of a container is: both copies go on with it. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
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
