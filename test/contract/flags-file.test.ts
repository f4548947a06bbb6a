/** The file of flags for local applications. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFlagsFile } from '../../agent/io/flags-file.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('is whole, readable by all, and written only when something changed', async () => {
  await using folder = await tempFolder('flags');
  const path = join(folder.path, 'run', 'flags.json');
  const file = createFlagsFile(path);
  const mask = process.umask(0o077);
  await file.write({ version: 3, values: { beta: true, speed: 2 } });
  process.umask(mask);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    version: 3,
    flags: { beta: true, speed: 2 },
  });
  const before = await stat(path);
  expect(before.mode & 0o777).toBe(0o644);
  await file.write({ version: 3, values: { beta: true, speed: 2 } });
  expect((await stat(path)).ino).toBe(before.ino);
  await file.write({ version: 4, values: {} });
  expect(await readFile(path, 'utf8')).toBe('{"version":4,"flags":{}}\n');
  expect(await readdir(join(folder.path, 'run'))).toEqual(['flags.json']);
});

test('what stands in the way is said, and nothing is left behind', async () => {
  await using folder = await tempFolder('flags');
  const path = join(folder.path, 'flags.json');
  await mkdir(path);
  await expect(createFlagsFile(path).write({ version: 1, values: {} })).rejects.toThrow('EISDIR');
  expect(await readdir(folder.path)).toEqual(['flags.json']);
});
