/** The file of policies and the key of signed links, on a real disk. */
import { chmod, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkKey, policiesFile } from '../../collector/io/policies-file.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('the key of signed links', () => {
  it('is made once, for this user alone', async () => {
    await using folder = await tempFolder('key');
    const key = await linkKey(folder.path);
    expect(key).toHaveLength(32);
    const path = join(folder.path, 'acknowledge.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await linkKey(folder.path)).equals(key)).toBe(true);
  });

  it('is made anew, as private, when a crash cut it off', async () => {
    await using folder = await tempFolder('key');
    const path = join(folder.path, 'acknowledge.key');
    await linkKey(folder.path);
    await truncate(path, 5);
    await chmod(path, 0o644);
    const key = await linkKey(folder.path);
    expect((await readFile(path)).equals(Buffer.from(key))).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe('the file of policies', () => {
  it('is read, and what prevents it is said', async () => {
    await using folder = await tempFolder('policies');
    const path = join(folder.path, 'policies.yml');
    await expect(policiesFile(path).read()).rejects.toThrow(`${path} does not exist`);
    await writeFile(path, 'routes: []\n');
    expect(await policiesFile(path).read()).toEqual({ path, text: 'routes: []\n' });
    await writeFile(path, 'x'.repeat(1_048_577));
    await expect(policiesFile(path).read()).rejects.toThrow('is over 1048576 bytes');
    await expect(policiesFile(folder.path).read()).rejects.toThrow('is a folder');
  });
});
