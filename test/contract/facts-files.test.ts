/** Facts on disk: the contract, damaged files, disks that refuse. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFacts, type SetAside } from '../../agent/io/facts.ts';
import { factsContract } from '../support/facts/contract.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('the contract', () => {
  factsContract(async (test) => {
    await using folder = await tempFolder('facts');
    await test(() => openFacts(join(folder.path, 'data', 'facts')));
  });
});

async function opened(path: string) {
  const aside: SetAside[] = [];
  return { facts: await openFacts(path, (what) => aside.push(what)), aside };
}

it('sets damaged and odd files aside and starts with the rest', async () => {
  await using folder = await tempFolder('facts');
  const path = join(folder.path, 'facts');
  const first = await openFacts(path);
  for (const key of ['good', 'short', 'flipped', 'empty'])
    await first.put(`a/${key}`, `text ${key}`);
  await truncate(join(path, 'a', 'short'), 17);
  const bytes = await readFile(join(path, 'a', 'flipped'));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(join(path, 'a', 'flipped'), bytes);
  await writeFile(join(path, 'a', 'empty'), '');
  await writeFile(join(path, 'a', 'UPPER'), 'x');
  await writeFile(join(path, 'a', '.good.new'), 'half');
  await mkdir(join(path, 'a', 'folder'));
  await symlink('good', join(path, 'a', 'link'));
  await writeFile(join(path, 'stray'), 'x');
  await writeFile(join(path, 'a', 'huge'), Buffer.alloc(1024 * 1024 + 1));
  const { facts, aside } = await opened(path);
  expect(facts.names('a')).toEqual(['a/good']);
  expect(facts.get('a/good')).toBe('text good');
  const odd = ['UPPER', 'empty', 'flipped', 'folder', 'huge', 'link', 'short'];
  expect(aside.map((one) => one.path)).toEqual([...odd.map((key) => `a/${key}`), 'stray']);
  expect(await readdir(join(path, '.damaged'))).toEqual([...odd.map((key) => `a.${key}`), 'stray']);
  expect(await readdir(join(path, 'a'))).toEqual(['good']);
  await facts.put('a/short', 'again');
  const next = await opened(path);
  expect(next.aside).toEqual([]);
  expect(next.facts.names('a')).toEqual(['a/good', 'a/short']);
});

it('sets aside what stands where its folder should be', async () => {
  await using folder = await tempFolder('facts');
  const path = join(folder.path, 'facts');
  await writeFile(path, 'not a folder');
  const { facts, aside } = await opened(path);
  expect(aside.map(({ why }) => why)).toEqual(['it is not a folder']);
  await facts.put('a/b', 'x');
  expect((await openFacts(path)).get('a/b')).toBe('x');
});

it('starts below a path that cannot be made, and refuses puts', async () => {
  await using folder = await tempFolder('facts');
  await writeFile(join(folder.path, 'file'), '');
  const { facts, aside } = await opened(join(folder.path, 'file', 'facts'));
  expect(aside).toHaveLength(1);
  await expect(facts.put('a/b', 'x')).rejects.toThrow(/fact a\/b could not be written: .*ENOTDIR/);
  expect(facts.get('a/b')).toBeUndefined();
});

it('refuses what is too big and keeps what was there', async () => {
  await using folder = await tempFolder('facts');
  const facts = await openFacts(folder.path);
  await facts.put('a/b', 'small');
  await expect(facts.put('a/b', 'x'.repeat(1024 * 1024))).rejects.toThrow('at most 1048576');
  expect(facts.get('a/b')).toBe('small');
});

/** A disk of its own; needs root. */
async function smallDisk(path: string): Promise<(() => void) | undefined> {
  await mkdir(path);
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', path], {
      stdio: 'ignore',
    });
    return () => execFileSync('/bin/umount', ['-l', path]);
  } catch {
    return undefined;
  }
}

it('says that the disk is full or read-only; what was there stays', async (context) => {
  await using folder = await tempFolder('facts');
  const disk = join(folder.path, 'disk');
  const unmount = await smallDisk(disk);
  if (unmount === undefined) return context.skip('no right to mount');
  try {
    const path = join(disk, 'facts');
    const facts = await openFacts(path);
    await facts.put('a/b', 'old');
    await writeFile(join(disk, 'ballast'), Buffer.alloc(16e6)).catch(() => undefined);
    await expect(facts.put('a/b', 'n'.repeat(100_000))).rejects.toThrow(
      'fact a/b could not be written: the disk is full (ENOSPC)',
    );
    expect(facts.get('a/b')).toBe('old');
    expect(await readdir(join(path, 'a'))).toEqual(['b']);
    execFileSync('/bin/mount', ['-o', 'remount,ro', disk]);
    await expect(facts.put('a/b', 'new')).rejects.toThrow('the file system is read-only (EROFS)');
    await expect(facts.remove('a/b')).rejects.toThrow('could not be removed');
    const again = await openFacts(path);
    expect([facts.get('a/b'), again.get('a/b')]).toEqual(['old', 'old']);
    execFileSync('/bin/mount', ['-o', 'remount,rw', disk]);
    execFileSync('/bin/rm', [join(disk, 'ballast')]);
    await facts.put('a/b', 'new');
    expect((await openFacts(path)).get('a/b')).toBe('new');
  } finally {
    unmount();
  }
});
