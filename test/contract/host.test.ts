/** What every `Host` does, the real one and the one that unit tests write down. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openHost } from '../../agent/io/host.ts';
import type { Host } from '../../agent/ports.ts';
import { memoryHost } from '../support/memory-host.ts';
import { writeTree } from '../support/write-tree.ts';

const root = mkdtempSync(join(tmpdir(), 'muster-host-'));
const FILES = {
  '/proc/loadavg': '0.1 0.2 0.3\n',
  '/sys/class/b/two': 'ü\n',
  '/sys/class/a': '1\n',
};
const LINKS = { '/sys/class/c': '../devices/c' };
writeTree(root, {
  files: Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, text.trimEnd()])),
  links: LINKS,
});
const real = openHost({ root });
afterAll(() => {
  real.close();
  rmSync(root, { recursive: true });
});

const statfs = (path: string) =>
  path === '/proc'
    ? Promise.resolve({ sizeBytes: 9, freeBytes: 8, availBytes: 7, files: 6, filesFree: 5 })
    : Promise.reject(new Error('no such mount'));
const written = memoryHost(FILES, { links: LINKS, statfs, modifiedMs: Date.now() });

describe.each<[string, Host]>([
  ['the real host, under a root', real],
  ['the written host', written],
])('%s', (_, host) => {
  test('reads a file, at once and later, again and again', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(host.readNow('/proc/loadavg')).toBe('0.1 0.2 0.3\n');
      expect(await host.read('/sys/class/b/two')).toBe('ü\n');
    }
  });

  test('answers undefined for what is not there or no file', async () => {
    expect(host.readNow('/proc/absent')).toBeUndefined();
    expect(host.readNow('/proc/loadavg/absent')).toBeUndefined();
    expect(host.readNow('/sys/class')).toBeUndefined();
    expect(await host.read('/proc/absent')).toBeUndefined();
    expect(await host.read('/sys/class')).toBeUndefined();
    expect(await host.link('/sys/class/a')).toBeUndefined();
    expect(await host.stat('/proc/absent')).toBeUndefined();
  });

  test('lists names in order, and nothing for what is not there', async () => {
    expect(await host.list('/sys/class')).toEqual(['a', 'b', 'c']);
    expect(await host.list('/sys/absent')).toEqual([]);
    expect(await host.list('/absent')).toEqual([]);
  });

  test('tells links, sizes and times', async () => {
    expect(await host.link('/sys/class/c')).toBe('../devices/c');
    expect((await host.stat('/sys/class/b/two'))?.bytes).toBe(3);
    const age = Date.now() - ((await host.stat('/sys/class/a'))?.modifiedMs ?? 0);
    expect(Math.abs(age)).toBeLessThan(60_000);
    expect(await host.stat('/sys/class')).toBeDefined();
  });

  test('tells the space of a mount, or rejects', async () => {
    const space = await host.statfs('/proc');
    if (space === 'pending') throw new Error('it hangs');
    expect(space.sizeBytes).toBeGreaterThanOrEqual(space.freeBytes);
    expect(space.freeBytes).toBeGreaterThanOrEqual(space.availBytes);
    expect(space.files).toBeGreaterThanOrEqual(space.filesFree);
    await expect(host.statfs('/absent')).rejects.toThrow();
  });
});
