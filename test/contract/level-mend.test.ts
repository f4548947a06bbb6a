/**
 * A damaged table is mended alone: what is intact of it stays, every other file stays as it is, and
 * no table moves to another level (the first write after LevelDB's own repair merges all of them).
 */
import { cp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileProblems, manifestProblem, readList } from '../../collector/io/level-files.ts';
import { damagedTable, mend } from '../../collector/io/level-mend.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

/** Nothing happens behind the test's back: no write fills a buffer, and few tables lie at level 0. */
const OPTIONS = { compression: false, maxFileSize: 1024 * 1024, writeBufferSize: 16 * 1024 * 1024 };
const KEYS = 3_000;

let folder: TempFolder;
let whole = '';
let content = new Map<string, string>();
let cases = 0;

function openAt(path: string): ClassicLevel<string, string> {
  return new ClassicLevel<string, string>(path, OPTIONS);
}

async function contentOf(path: string): Promise<Map<string, string>> {
  const level = openAt(path);
  await level.open();
  const all = new Map(await level.iterator().all());
  await level.close();
  return all;
}

/** Tables at several levels, overwritten and deleted entries, and some in the log only. */
async function prepare(path: string): Promise<void> {
  const level = openAt(path);
  const write = (round: number, step: number) =>
    level.batch(
      Array.from({ length: Math.ceil(KEYS / step) }, (_, n) => {
        const key = `key ${String(n * step).padStart(6, '0')}`;
        if (round > 0 && n % 50 === 7) return { type: 'del' as const, key };
        return { type: 'put' as const, key, value: `${round} of ${key} `.repeat(70) };
      }),
    );
  await level.open();
  await write(0, 1);
  await level.compactRange('', '~');
  await write(1, 3);
  await level.compactRange('!', '!');
  await write(2, 7);
  await level.compactRange('!', '!');
  await level.put('last', 'in the log');
  await level.close();
  await cp(path, whole, { recursive: true });
}

async function copy(from = whole): Promise<string> {
  const path = join(folder.path, `case-${cases++}`);
  await cp(from, path, { recursive: true, preserveTimestamps: true });
  return path;
}

async function tablesOf(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => name.endsWith('.ldb')).sort();
}

async function edit(file: string, change: (bytes: Buffer) => Buffer | undefined): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(file, change(bytes) ?? bytes);
}

/** By number: the level and the inode of each table that the list names. */
async function places(path: string): Promise<Map<number, string>> {
  const list = readList(path);
  if (typeof list === 'string') throw new Error(list);
  const found = new Map<number, string>();
  for (const [number, { level }] of list.tables) {
    const { ino } = await stat(join(path, `${String(number).padStart(6, '0')}.ldb`));
    found.set(number, `level ${level}, inode ${ino}`);
  }
  return found;
}

async function isSound(path: string): Promise<void> {
  expect(fileProblems(path)).toEqual([]);
  const level = openAt(path);
  await level.open();
  await level.compactRange('', '~');
  await level.close();
  expect(manifestProblem(path)).toBeUndefined();
}

describe('mending a folder with a damaged table', () => {
  beforeAll(async () => {
    folder = await tempFolder('level-mend');
    whole = join(folder.path, 'whole');
    await prepare(join(folder.path, 'live'));
    content = await contentOf(await copy());
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it('has tables at two levels to begin with', async () => {
    const levels = [...(await places(whole)).values()].map((place) => place.split(',')[0]);
    expect(new Set(levels).size).toBeGreaterThan(1);
    expect(levels.length).toBeGreaterThan(2);
  });

  it('loses a block of it at most where one byte is changed, and moves nothing', async () => {
    const names = await tablesOf(whole);
    const spot = fc.record({
      table: fc.constantFrom(...names),
      at: fc.double({ min: 0, max: 0.95, noNaN: true }),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(spot, async ({ table, at, bit }) => {
        const path = await copy();
        const before = await places(path);
        await edit(join(path, table), (bytes) => {
          const place = Math.floor(at * (bytes.length * 0.98));
          bytes[place] = (bytes[place] as number) ^ (1 << bit);
          return undefined;
        });
        expect(await mend(path)).toContain(table);
        const after = await places(path);
        before.delete(Number.parseInt(table, 10));
        for (const [number, place] of before) expect(after.get(number)).toBe(place);
        await isSound(path);
        const left = await contentOf(path);
        // A block is 4 KB, some ten entries. What was overwritten or deleted in it may show again.
        const wrong = [...content].filter(([key, value]) => left.get(key) !== value);
        expect(wrong.length).toBeLessThan(30);
        expect([...left.keys()].filter((key) => !content.has(key)).length).toBeLessThan(30);
        await rm(path, { recursive: true });
      }),
      { numRuns: 15 },
    );
  });

  it('does without what has no index any more, or is gone', async () => {
    for (const change of [
      (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
      (bytes: Buffer) => bytes.fill(0),
      () => Buffer.alloc(0),
      'gone',
    ] as const) {
      const path = await copy();
      const before = await places(path);
      const name = (await tablesOf(path))[1] as string;
      if (change === 'gone') await rm(join(path, name));
      else await edit(join(path, name), change);
      expect(await mend(path)).toMatch(new RegExp(`^${name} (left out|is missing)$`));
      const after = await places(path);
      before.delete(Number.parseInt(name, 10));
      expect(after).toEqual(before);
      await isSound(path);
      expect((await contentOf(path)).size).toBeGreaterThan(KEYS / 3);
    }
  });

  it('keeps all tables where they are when the log is gone', async () => {
    const path = await copy();
    const before = await places(path);
    for (const name of await readdir(path)) if (name.endsWith('.log')) await rm(join(path, name));
    expect(await mend(path)).toMatch(/log is missing/);
    expect(await places(path)).toEqual(before);
    const left = await contentOf(path);
    expect(left.has('last')).toBe(false);
    expect(left.size).toBeGreaterThan(KEYS / 3);
  });

  it('goes on where a kill cut it off', async () => {
    const damage = async (path: string) => {
      const name = (await tablesOf(path))[0] as string;
      await edit(join(path, name), (bytes) => void bytes.fill(0, 9_000, 10_000));
      return name;
    };
    const path = await copy();
    const name = await damage(path);
    const cut = await copy(path);
    await mend(path);
    // The table is in its place, the list is not.
    await cp(join(path, name), join(cut, name));
    await writeFile(join(cut, '000000.dbtmp'), 'half of a list');
    expect(manifestProblem(cut)).toMatch(/has not its size/);
    expect(await mend(cut)).toMatch(/mended before/);
    expect(await contentOf(cut)).toEqual(await contentOf(path));
  });

  it('does not believe a list of earlier, whose tables were merged since', async () => {
    const path = await copy();
    const older = await copy();
    const level = openAt(path);
    await level.open();
    await level.compactRange('', '~');
    await level.close();
    const lists = (names: readonly string[]) =>
      names.filter((name) => /^MANIFEST|^CURRENT/.test(name));
    for (const name of lists(await readdir(path))) await rm(join(path, name));
    for (const name of lists(await readdir(older))) await cp(join(older, name), join(path, name));
    expect(manifestProblem(path)).toMatch(/is missing/);
    expect(await mend(path)).toMatch(/LevelDB repaired it/);
    expect(await contentOf(path)).toEqual(content);
  });

  it('does without a log beside tables that were merged, and deleted not yet', async () => {
    const path = await copy();
    const level = openAt(path);
    await level.open();
    await level.compactRange('', '~');
    await level.put('last', 'in the log again');
    await level.close();
    const there = await tablesOf(path);
    for (const name of await tablesOf(whole))
      if (!there.includes(name)) await cp(join(whole, name), join(path, name));
    for (const name of await readdir(path)) if (name.endsWith('.log')) await rm(join(path, name));
    expect(await mend(path)).toMatch(/^\d+.log is missing$/);
    expect(await contentOf(path)).toEqual(content);
  });

  it('reads no sound table twice', async () => {
    const path = await copy();
    const [first = '', second = ''] = await tablesOf(path);
    await edit(join(path, first), (bytes) => void bytes.fill(0, 9_000, 10_000));
    expect(await damagedTable(path)).toContain(first);
    const { atime, mtime } = await stat(join(path, second));
    await edit(join(path, second), (bytes) => void bytes.fill(0, 9_000, 10_000));
    await utimes(join(path, second), atime, mtime);
    expect(await mend(path)).not.toContain(second);
  });

  it('reads a table anew that was sound when it was read first', async () => {
    const path = await copy();
    const name = (await tablesOf(path))[0] as string;
    const file = join(path, name);
    expect(await damagedTable(path)).toBeUndefined();
    const { atime, mtime } = await stat(file);
    await edit(file, (bytes) => void bytes.fill(0, 9_000, 10_000));
    await utimes(file, atime, mtime);
    expect(await damagedTable(path)).toBeUndefined();
    expect(await mend(path)).toContain(name);
    await isSound(path);
  });

  it('passes over a table that no list names yet: a kill left half of it', async () => {
    const path = await copy();
    await writeFile(join(path, '000999.ldb'), 'half');
    expect(await damagedTable(path)).toBeUndefined();
    expect(await contentOf(path)).toEqual(content);
  });
});
