/** The clock was set back between two batches: what is lost of the later ones lies in its gap. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordKey } from '../../agent/io/buffer/keys.ts';
import { openLevel } from '../../agent/io/buffer/level.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING, newRecord } from '../support/buffer/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

const options = { capBytes: 1_000_000, bootId: 'a boot' };
const HOUR = 3_600;

it.each([
  ['by a clock that was ahead', false],
  ['by a guess of a clock that was unset', true],
])('%s', async (_, clockUnset) => {
  await using folder = await tempFolder('clock-back');
  const path = join(folder.path, 'buffer');
  const before = await openBuffer({ ...options, path });
  const { epoch } = before;
  // One before it, so that there is a bound.
  await before.append(newRecord(HOUR - 600));
  await before.append(newRecord(HOUR, { clockUnset }));
  await before.acknowledge(epoch, [{ first: 1, last: 2 }]);
  for (const second of [60, 120, 180]) await before.append(newRecord(second));
  await before.close();
  const level = await openLevel(join(path, '00000001'));
  for (const number of [3, 4, 5]) await level.del(recordKey({ order: 1, epoch, number }));
  await level.close();

  const buffer = await openBuffer({ ...options, path });
  expect(await buffer.take(undefined, EVERYTHING)).toEqual([]);
  const [loss] = buffer.losses();
  expect(loss).toMatchObject({ cause: 'damaged', numbers: [{ first: 3, last: 5 }] });
  expect(loss?.from).toBeLessThanOrEqual(newRecord(60).from);
  expect(loss?.to).toBeUndefined();
  await buffer.close();
});
