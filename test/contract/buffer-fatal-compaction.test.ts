/** A damaged table that ends the process whenever LevelDB merges it, and what the next start makes of it. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

const BOOT = 'boot one';

/** One life: it opens the folder and merges all of it. */
const LIFE = `
import { ClassicLevel } from 'classic-level';
const level = new ClassicLevel(process.argv[1], { keyEncoding: 'buffer', valueEncoding: 'buffer' });
await level.open();
await level.compactRange(Buffer.from([0]), Buffer.from([255]));
`;

async function live(path: string): Promise<string | undefined> {
  const args = ['--input-type=module', '-e', LIFE, path];
  const ended = await promisify(execFile)(process.execPath, args, {
    cwd: join(import.meta.dirname, '../..'),
  }).catch((error: { signal?: string }) => error);
  return 'signal' in ended ? ended.signal : undefined;
}

test('after two lives that ended in one compaction the folder is set aside, and it goes on', async () => {
  await using folder = await tempFolder('fatal');
  const path = join(folder.path, 'buffer');
  const buffer = await openBuffer({ path, capBytes: 1e7, bootId: BOOT });
  for (let n = 0; n < 20; n++) await buffer.append(newRecord(n));
  await buffer.close();
  const [generation = ''] = (await readdir(path)).filter((name) => /^\d{8}$/.test(name));
  await misorder(join(path, generation));

  expect(await live(join(path, generation))).toBe('SIGABRT');
  expect(await live(join(path, generation))).toBe('SIGABRT');

  const next = await openBuffer({ path, capBytes: 1e7, bootId: BOOT });
  expect(next.opening.how).toBe('quarantined');
  expect(next.opening.detail).toMatch(/two lives in a row ended while LevelDB was compacting/);
  await next.append(newRecord(100));
  await next.close();
  const [now = ''] = (await readdir(path)).filter((name) => /^\d{8}$/.test(name));
  expect(await live(join(path, now))).toBeUndefined();
});

test('a kill in the middle of a compaction is not taken for that', async () => {
  await using folder = await tempFolder('fatal');
  const path = join(folder.path, 'buffer');
  const buffer = await openBuffer({ path, capBytes: 1e7, bootId: BOOT });
  await buffer.append(newRecord(1));
  await buffer.close();
  const [generation = ''] = (await readdir(path)).filter((name) => /^\d{8}$/.test(name));
  const diary = (text: string) => `2026/11/21-12:00:00.000000 7f Compacting ${text}\n`;
  const lives = (last: string, before: string) =>
    Promise.all([
      writeFile(join(path, generation, 'LOG'), last),
      writeFile(join(path, generation, 'LOG.old'), before),
    ]);
  for (const [last, before] of [
    [diary('1@0 + 2@1 files'), ''],
    [diary('1@0 + 2@1 files'), diary('1@0 + 3@1 files')],
    [`${diary('1@0 + 2@1 files')}x compacted to: files[ 1 ]\n`, diary('1@0 + 2@1 files')],
    [diary('1@0 + 2@1 files'), `${diary('1@0 + 2@1 files')}x Compaction error: y\n`],
  ] as const) {
    await lives(last, before);
    const next = await openBuffer({ path, capBytes: 1e7, bootId: BOOT });
    expect(next.opening.how).not.toMatch(/quarantined|repaired/);
    await next.close();
  }
});

/** A table without compression in which one key is turned into one before its neighbours. */
async function misorder(path: string): Promise<void> {
  const level = new ClassicLevel<Buffer, Buffer>(path, {
    ...{ keyEncoding: 'buffer', valueEncoding: 'buffer', compression: false },
  });
  await level.open();
  const value = Buffer.alloc(200, 0x2e);
  // The same range in two tables, so that they are merged and not moved.
  for (const round of [1, 2]) {
    for (let n = 0; n < 400; n++) await level.put(Buffer.from(`z-key-${1000 + n}-${round}`), value);
    await level.compactRange(Buffer.from('a'), Buffer.from('b'));
  }
  await level.compactRange(Buffer.from([0]), Buffer.from([255]));
  await level.put(Buffer.from('z-key-1000-3'), value);
  await level.put(Buffer.from('z-key-1399-3'), value);
  await level.close();
  for (const name of (await readdir(path)).filter((one) => one.endsWith('.ldb'))) {
    const bytes = await readFile(join(path, name));
    const at = bytes.indexOf('z-key-1');
    if (at < 0) continue;
    // The first key of the table now sorts behind all that follow it.
    bytes[at] = 0x7f;
    await writeFile(join(path, name), bytes);
  }
}
