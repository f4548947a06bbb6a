/** A table whose last block cannot be read: whoever reads the folder goes on with what is left. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RECORD_RANGE, recordKey } from '../../agent/io/buffer/keys.ts';
import { openLevel } from '../../agent/io/buffer/level.ts';
import { encodeRecord } from '../../agent/io/buffer/record-codec.ts';
import { readSlice } from '../../agent/io/buffer/scan.ts';
import { tempFolder } from '../support/temp-folder.ts';

const EPOCH = '00000000000000aa';
const COUNT = 200;
/** Of so many records, and less than the index and the last block together. */
const INDEX_BYTES = 900;

it('does not take the process down when it is read to its end', async () => {
  await using folder = await tempFolder('damaged-end');
  const level = await openLevel(folder.path);
  for (let number = 1; number <= COUNT; number++) await level.put(...entry(number));
  await level.compactRange(Buffer.from([0]), Buffer.from([255]));
  await level.close();
  await spoilData(folder.path);

  const again = await openLevel(folder.path);
  const { found } = await readSlice(again, RECORD_RANGE.gte, COUNT);
  expect(found).toEqual([]);
  await again.close();
});

function entry(number: number): [Buffer, Buffer] {
  const key = recordKey({ order: 1, epoch: EPOCH, number });
  const tally = { version: number, records: number, bytes: 0, low: 1, gone: [] };
  const about = { from: number, to: number, samples: 1, sent: false, clockUnset: false, passes: 0 };
  const payload = Buffer.alloc(500, number);
  return [key, encodeRecord(key, { kind: 'm', ...about, tally, payload })];
}

/** Every block of records, the last too; the index and the footer behind them stay. */
async function spoilData(path: string): Promise<void> {
  const tables = (await readdir(path)).filter((name) => name.endsWith('.ldb'));
  expect(tables).toHaveLength(1);
  const handle = await open(join(path, tables[0] ?? ''), 'r+');
  const { size } = await handle.stat();
  for (let at = 20; at < size - INDEX_BYTES; at += 50) {
    await handle.write(Buffer.from('spoilt'), 0, 6, at);
  }
  await handle.close();
}
