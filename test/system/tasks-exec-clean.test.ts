import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../agent/io/clock.ts';
import { createTrees } from '../../agent/io/maintenance/trees.ts';
import type { Clock } from '../../agent/ports.ts';
import { cleanTask } from '../../agent/tasks/clean.ts';
import { problemsOf, runTask } from '../support/tasks-exec/context.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const isRoot = process.getuid?.() === 0;
const DAY_S = 86_400;

let temp: TempFolder;
let root: string;
let canary: string;
let before: string;

beforeEach(async () => {
  temp = await tempFolder('clean');
  root = join(temp.path, 'root');
  canary = join(temp.path, 'canary');
  mkdirSync(root);
  put(join(canary, 'a.tmp'), 9);
  put(join(canary, 'deep/b.tmp'), 9);
  mkdirSync(join(canary, 'empty'));
  symlinkSync('a.tmp', join(canary, 'link'));
  before = pictureOf(canary);
});

afterEach(async () => {
  expect(pictureOf(canary)).toBe(before);
  await temp[Symbol.asyncDispose]();
});

function put(path: string | Buffer, ageDays = 0, content = 'x'): void {
  if (typeof path === 'string') mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const when = Date.now() / 1000 - ageDays * DAY_S;
  utimesSync(path, when, when);
}

/** Every name, type, permission, time and content below a folder. */
function pictureOf(folder: string): string {
  const lines: string[] = [];
  const look = (path: string) => {
    const stats = lstatSync(path);
    const content = stats.isFile() ? readFileSync(path, 'latin1') : '';
    lines.push([path, stats.mode, stats.size, stats.mtimeMs, content].join('|'));
    if (stats.isDirectory()) for (const name of readdirSync(path).sort()) look(join(path, name));
  };
  look(folder);
  return lines.join('\n');
}

function left(): string[] {
  return readdirSync(root, { recursive: true }).map(String).sort();
}

/** A second later: the disk's clock has parts of a millisecond, and may be a little ahead. */
const later: Clock = { ...createClock(), wall: () => Date.now() + 1_000 };

const clean = (written: object, more = {}) =>
  runTask(cleanTask, { roots: [root], minAge: '0s', ...written }, { clock: later, ...more });

/** Makes folders like the canary's, and swaps each for a link to the canary and back. */
const SWAPPER = `
const fs = require('node:fs');
const [root, canary] = process.argv.slice(1);
const quiet = (act) => { try { act(); } catch {} };
process.stdout.write('ready');
for (let n = 0; ; n += 1) {
  for (const name of ['one', 'two', 'three']) {
    const path = root + '/' + name;
    quiet(() => fs.mkdirSync(path + '/deep', { recursive: true }));
    quiet(() => fs.writeFileSync(path + '/a.tmp', ''));
    quiet(() => fs.writeFileSync(path + '/deep/b.tmp', ''));
    quiet(() => fs.renameSync(path, path + '.away' + (n % 5)));
    quiet(() => fs.symlinkSync(n % 2 ? canary : '../canary', path));
    quiet(() => fs.writeFileSync(path + '.x', ''));
    quiet(() => fs.unlinkSync(path));
  }
}`;

/** A folder that is a link half of the time. */
const TIGHT_SWAPPER = `
const fs = require('node:fs');
const [root, canary] = process.argv.slice(1);
const quiet = (act) => { try { act(); } catch {} };
const names = Array.from({ length: 5 }, (_, n) => root + '/' + n);
process.stdout.write('ready');
for (;;) {
  for (const path of names) {
    quiet(() => fs.unlinkSync(path));
    quiet(() => fs.mkdirSync(path));
  }
  for (const path of names) {
    quiet(() => fs.rmdirSync(path));
    quiet(() => fs.symlinkSync(canary, path));
  }
}`;

describe('what goes', () => {
  it('deletes what matches and is old enough, and says what it freed', async () => {
    put(join(root, 'old.tmp'), 3, 'x'.repeat(5000));
    put(join(root, 'young.tmp'), 0);
    put(join(root, 'sub/old.tmp'), 3);
    put(join(root, 'keep/old.tmp'), 3);
    put(join(root, 'old.txt'), 3);
    const outcome = await clean({ include: ['**/*.tmp'], exclude: ['keep'], minAge: '2d' });
    expect(left()).toEqual(['keep', 'keep/old.tmp', 'old.txt', 'sub', 'young.tmp']);
    expect(outcome).toMatchObject({ ok: true, figures: { files_removed: 2, failures: 0 } });
    expect(outcome.figures['bytes_freed']).toBeGreaterThanOrEqual(8192);
    expect([...outcome.changes].sort()).toEqual([`${root}/old.tmp`, `${root}/sub/old.tmp`]);
  });

  it('a pattern without a folder is for the root alone', async () => {
    put(join(root, 'a.tmp'));
    put(join(root, 'sub/a.tmp'));
    await clean({ include: ['*.tmp'] });
    expect(left()).toEqual(['sub', 'sub/a.tmp']);
  });

  it('a dry run says the same and leaves everything', async () => {
    for (let index = 0; index < 5; index += 1) put(join(root, `f${index}`), index + 1);
    const told = await clean({ maxFiles: 2, emptyFolders: true }, { dryRun: true });
    expect(left()).toHaveLength(5);
    const done = await clean({ maxFiles: 2 });
    expect(done.changes).toEqual(told.changes);
    expect(done.figures).toEqual(told.figures);
    expect(left()).toEqual(['f0', 'f1']);
  });

  it('by size the oldest go first, and younger than minAge never', async () => {
    for (let index = 0; index < 6; index += 1)
      put(join(root, `f${index}`), index, 'x'.repeat(4096));
    await clean({ maxBytes: '12KiB' });
    expect(left()).toEqual(['f0', 'f1', 'f2']);
    await clean({ maxBytes: '0B', minAge: '36h' });
    expect(left()).toEqual(['f0', 'f1']);
  });

  it('of files of one moment just as many as must', async () => {
    for (let index = 0; index < 9; index += 1) {
      put(join(root, `f${index}`));
      utimesSync(join(root, `f${index}`), 1000, 1000);
    }
    const outcome = await clean({ maxFiles: 4 });
    expect(outcome.figures['files_removed']).toBe(5);
    expect(left()).toHaveLength(4);
  });

  it('deletes empty folders inside, the root never', async () => {
    put(join(root, 'a/b/c/old.tmp'), 3);
    put(join(root, 'a/kept.txt'), 3);
    const outcome = await clean({ include: ['**/*.tmp'], emptyFolders: true });
    expect(left()).toEqual(['a', 'a/kept.txt']);
    expect(outcome.figures['folders_removed']).toBe(2);
    await clean({ emptyFolders: true });
    expect(existsSync(root)).toBe(true);
    expect(left()).toEqual([]);
  });

  it('an abort ends it at once', async () => {
    put(join(root, 'a'));
    await expect(clean({}, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(left()).toEqual(['a']);
  });
});

describe('what is refused', () => {
  it.each([
    [{ roots: [] }, 'roots'],
    [{ roots: ['relative'] }, 'not absolute'],
    [{ roots: ['/tmp/../etc'] }, '".."'],
    [{ roots: ['/tmp/'] }, 'without a /'],
    [{ roots: ['//tmp'] }, 'empty part'],
    [{ roots: ['/tmp/x'], include: ['../*'] }, '".."'],
    [{ roots: ['/tmp/x'], exclude: ['/etc'] }, 'begins with /'],
    [{ roots: ['/tmp/x'], include: ['{a'] }, 'without a }'],
    [{ roots: ['/tmp/x'], maxAge: '1h', minAge: '2h' }, 'minAge'],
    [{ roots: ['/tmp/x'], maxFiles: -1 }, 'maxFiles'],
    [{ roots: ['/tmp/x'], command: 'rm' }, 'command'],
    ...['/', '/etc', '/usr', '/bin', '/lib', '/sbin', '/boot', '/dev', '/proc', '/sys', '/var']
      .concat('/home', '/proc/1', '/sys/class', '/dev/shm')
      .map((path): [object, string] => [{ roots: [path] }, path]),
  ])('%j', (written, message) => {
    expect(problemsOf(cleanTask, written).join()).toContain(message);
  });

  it('a root that is a link, or lies behind one, or is the data folder', async () => {
    symlinkSync(canary, join(temp.path, 'link'));
    for (const path of ['link', 'link/deep']) {
      await expect(clean({ roots: [join(temp.path, path)] })).rejects.toThrow('link');
    }
    await expect(clean({ roots: [join(temp.path, 'none')] })).rejects.toThrow('not there');
    await expect(clean({ roots: [join(canary, 'a.tmp')] })).rejects.toThrow('no folder');
    await expect(clean({}, { data: join(root, 'data') })).rejects.toThrow('own folder');
    await expect(clean({}, { data: temp.path })).rejects.toThrow('data folder');
  });
});

describe('path games', () => {
  it('links in all positions are names to delete, nothing to follow', async () => {
    symlinkSync(canary, join(root, 'to-folder'));
    symlinkSync(join(canary, 'a.tmp'), join(root, 'to-file'));
    symlinkSync('../canary', join(root, 'up'));
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('.', join(root, 'self'));
    symlinkSync('/', join(root, 'slash'));
    mkdirSync(join(root, 'sub'));
    symlinkSync('../../canary/deep', join(root, 'sub/deep'));
    linkSync(join(canary, 'a.tmp'), join(root, 'hard'));
    const outcome = await clean({ emptyFolders: true });
    expect(left()).toEqual([]);
    expect(outcome.figures).toMatchObject({ files_removed: 8, failures: 0 });
    before = pictureOf(canary);
    expect(readFileSync(join(canary, 'a.tmp'), 'utf8')).toBe('x');
  });

  it('names with newlines, dots, options and bytes that are no UTF-8', async () => {
    const names = ['..a', '...', '-rf', 'a\nb', ' ', '*', '$(touch x)', '\\', 'é', '..\\..'];
    for (const name of names) put(join(root, name));
    for (const bytes of [[0xff, 0xfe], [0xc3], [0x80, 0x0a, 0xff], [0xed, 0xa0, 0x80]]) {
      put(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(bytes)]));
    }
    const folder = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xf0, 0x28])]);
    mkdirSync(folder);
    put(Buffer.concat([folder, Buffer.from('/'), Buffer.from([0xfe])]));
    const outcome = await clean({ emptyFolders: true });
    expect(outcome).toMatchObject({ ok: true, figures: { files_removed: names.length + 5 } });
    expect(left()).toEqual([]);
    expect(outcome.changes.every((line) => !line.includes('\n'))).toBe(true);
  });

  it('sockets and pipes stay', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    put(join(root, 'a'));
    await clean({});
    expect(left()).toEqual(['pipe']);
  });

  it('very deep trees are left alone below a stated depth', async () => {
    const deep = Array.from({ length: 120 }, () => 'd').join('/');
    put(join(root, deep, 'f'));
    const printed: string[] = [];
    await clean({ emptyFolders: true }, { printed });
    expect(existsSync(join(root, deep, 'f'))).toBe(true);
    expect(printed.join()).toContain('deeper than');
  });

  it.skipIf(!isRoot)('mount points are not crossed, bind mounts neither (needs root)', async () => {
    const places = ['tmpfs', 'bind'].map((name) => join(root, name));
    for (const place of places) mkdirSync(place);
    const mounts = [
      ['-t', 'tmpfs', '-o', 'size=1m', 'muster-test', places[0] ?? ''],
      ['--bind', canary, places[1] ?? ''],
    ];
    const script = mounts.map((args) => `mount ${args.join(' ')}`).join(' && ');
    try {
      execFileSync('sh', ['-c', script], { stdio: 'pipe' });
    } catch (error) {
      // A container without the right to mount cannot show this.
      if (/permission denied|not permitted/i.test(String(error))) return;
      throw error;
    }
    try {
      put(join(root, 'tmpfs/inside'), 9);
      put(join(root, 'beside'), 9);
      await clean({ emptyFolders: true });
      expect(existsSync(join(root, 'tmpfs/inside'))).toBe(true);
      expect(existsSync(join(root, 'beside'))).toBe(false);
      expect(pictureOf(canary)).toBe(before);
      await clean({ emptyFolders: true, exclude: ['bind'], oneFileSystem: false });
      expect(existsSync(join(root, 'tmpfs/inside'))).toBe(false);
    } finally {
      for (const place of places) execFileSync('umount', [place], { stdio: 'ignore' });
    }
  });

  it('a folder that becomes a link between the look and the step is not entered', async () => {
    put(join(root, 'a.tmp'));
    mkdirSync(join(root, 'swapped'));
    const seen: string[] = [];
    await createTrees().walk(root, {
      oneFileSystem: true,
      signal: new AbortController().signal,
      visit: async ({ path, kind, name }, folder) => {
        seen.push(path);
        if (kind === 'file') await folder.remove(name);
        if (path !== 'swapped') return;
        renameSync(join(root, 'swapped'), join(temp.path, 'away'));
        symlinkSync(canary, join(root, 'swapped'));
      },
      skipped: (path, why) => seen.push(`${path}: ${why}`),
    });
    expect(seen.sort()).toEqual([
      'a.tmp',
      'swapped',
      'swapped: it was replaced while it was looked at',
    ]);
  });

  it('a folder that is swapped while it is worked in leads nowhere else', async () => {
    put(join(root, 'swapped/a.tmp'));
    put(join(root, 'swapped/deep/b.tmp'));
    const removed: string[] = [];
    await createTrees().walk(root, {
      oneFileSystem: true,
      signal: new AbortController().signal,
      visit: async ({ path, kind, name }, folder) => {
        if (path === 'swapped') return;
        if (!existsSync(join(temp.path, 'away'))) {
          renameSync(join(root, 'swapped'), join(temp.path, 'away'));
          symlinkSync(canary, join(root, 'swapped'));
        }
        if (kind === 'file' && (await folder.remove(name))) removed.push(path);
      },
      leave: async ({ name }, _inside, folder) => {
        await folder?.removeFolder(name);
      },
    });
    expect(removed.sort()).toEqual(['swapped/a.tmp', 'swapped/deep/b.tmp']);
    expect(readdirSync(join(temp.path, 'away'))).toEqual([]);
  });

  it.each([
    ['one name as fast as it can', TIGHT_SWAPPER],
    ['whole trees', SWAPPER],
  ])('a process that swaps folders for links wins nothing: %s', async (_name, script) => {
    const swapper = spawn(process.execPath, ['-e', script, root, canary], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(swapper.stdout, 'data');
    try {
      for (let round = 0; round < 100; round += 1) {
        const rules = { emptyFolders: round % 2 === 0, maxFiles: round % 3 };
        await runTask(cleanTask, { roots: [root], minAge: '0s', ...rules });
        expect(pictureOf(canary)).toBe(before);
      }
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'close');
    }
  });
});

describe('any tree and any rule', () => {
  const name = fc.constantFrom('a', 'b.tmp', 'c', '..x', 'ä');
  const file = fc.record({
    folders: fc.array(name, { maxLength: 3 }),
    name: fc.constantFrom('f', 'g.tmp', 'h.log'),
    age: fc.integer({ min: 0, max: 9 }),
    how: fc.constantFrom('file', 'file', 'link', 'hard'),
  });
  const trees = fc.uniqueArray(file, {
    maxLength: 12,
    selector: (each) => [...each.folders, each.name].join('/'),
  });
  const rules = fc.record(
    {
      include: fc.subarray(['**/*.tmp', '*', 'a/**', '{a,c}/?', '**/[f-g]*']),
      exclude: fc.subarray(['**/b.tmp', 'c/**', '**/*.log']),
      maxFiles: fc.integer({ min: 0, max: 6 }),
      minAge: fc.constantFrom('0s', '60h', '6d'),
      emptyFolders: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  it('touches nothing outside, nothing young, nothing excluded', async () => {
    await fc.assert(
      fc.asyncProperty(trees, rules, async (files, written) => {
        execFileSync('rm', ['-rf', root]);
        mkdirSync(root);
        for (const each of files) {
          const path = join(root, ...each.folders, each.name);
          try {
            mkdirSync(dirname(path), { recursive: true });
            if (each.how === 'link') symlinkSync(canary, path);
            else if (each.how === 'hard') linkSync(join(canary, 'a.tmp'), path);
            else put(path, each.age);
          } catch {
            // The name is taken, as a file or as a folder.
          }
        }
        const was = left();
        await clean(written);
        const is = left();
        expect(is.every((path) => was.includes(path))).toBe(true);
        const minDays = { '0s': 0, '60h': 2.5, '6d': 6 }[written.minAge ?? '0s'];
        for (const path of was.filter((each) => !is.includes(each))) {
          const made = files.find((each) => [...each.folders, each.name].join('/') === path);
          if (made?.how === 'file') expect(made.age).toBeGreaterThanOrEqual(minDays);
          if (written.exclude?.includes('**/*.log')) expect(path.endsWith('.log')).toBe(false);
        }
        expect(readFileSync(join(canary, 'a.tmp'), 'utf8')).toBe('x');
        before = pictureOf(canary);
      }),
      { numRuns: 60 },
    );
  });
});
