/** Each start of the agent brings a dictionary: they must not pile up, nor go while needed. */
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING, newRecord } from '../support/buffer/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

const idOf = (n: number) => String(n).padStart(16, '0');

it('keeps dictionaries while records are held, and only the newest when none is', async () => {
  await using folder = await tempFolder('dictionaries');
  const open = () =>
    openBuffer({ path: `${folder.path}/buffer`, capBytes: 10_000_000, bootId: 'a boot' });
  const held = async (count: number) => {
    const buffer = await open();
    const found = await Promise.all(
      Array.from({ length: count }, (_, n) => buffer.dictionary(idOf(n))),
    );
    await buffer.close();
    return found.flatMap((bytes, n) => (bytes === undefined ? [] : [n]));
  };
  for (let n = 0; n < 5; n++) {
    const buffer = await open();
    await buffer.putDictionary(idOf(n), Buffer.from('bytes'));
    await buffer.putDictionary('some-state', Buffer.from('kept'));
    await buffer.append(newRecord(n));
    await buffer.close();
  }
  expect(await held(5)).toEqual([0, 1, 2, 3, 4]);
  const buffer = await open();
  const records = await buffer.take(undefined, EVERYTHING);
  expect(records).toHaveLength(5);
  for (const { epoch, number } of records) {
    await buffer.acknowledge(epoch, [{ first: number, last: number }]);
  }
  await buffer.putDictionary(idOf(5), Buffer.from('bytes'));
  expect(Buffer.from((await buffer.dictionary('some-state')) ?? []).toString()).toBe('kept');
  await buffer.close();
  expect(await held(6)).toEqual([5]);
});
