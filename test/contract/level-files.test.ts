/** What LevelDB would pass over without a word is found in the files of real folders. */
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../collector/io/level-catalog.ts';
import { fileProblems, logProblem, manifestProblem } from '../../collector/io/level-files.ts';
import { isLocked } from '../../collector/io/level-lock.ts';
import { mend } from '../../collector/io/level-mend.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let folder: TempFolder;
let whole = '';

/** Tables and a log, as a kill leaves them. */
async function prepare(path: string): Promise<void> {
  const catalog = await openCatalog(path);
  for (let n = 0; n < 40; n++) {
    const noise = Buffer.from(
      Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(n + i)).buffer,
    );
    await catalog.write(new Map([[`key ${n}`, noise]]));
  }
  await cp(path, `${path}-killed`, { recursive: true });
  await catalog.close();
}

async function damaged(action: (path: string) => Promise<void>): Promise<string> {
  const path = join(folder.path, `case-${(await readdir(folder.path)).length}`);
  await cp(whole, path, { recursive: true });
  await action(path);
  return path;
}

async function only(path: string, end: string): Promise<string> {
  const names = (await readdir(path)).filter((name) => name.includes(end)).sort();
  return join(path, names.at(-1) ?? '');
}

describe('files of a LevelDB folder', () => {
  beforeAll(async () => {
    folder = await tempFolder('level-files');
    await prepare(join(folder.path, 'live'));
    whole = join(folder.path, 'live-killed');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it('are sound in a sound folder', () => {
    expect(fileProblems(whole)).toEqual([]);
  });

  it('are missed when they are gone', async () => {
    for (const [end, said] of [
      ['.log', /log is missing/],
      ['.ldb', /ldb is missing/],
      ['MANIFEST', /is missing/],
      ['CURRENT', /CURRENT is missing/],
    ] as const) {
      const path = await damaged(async (copy) => rm(await only(copy, end)));
      expect(manifestProblem(path), end).toMatch(said);
    }
  });

  it('are missed when CURRENT or the list is an older one', async () => {
    const path = await damaged((copy) => writeFile(join(copy, 'CURRENT'), 'MANIFEST-000001\n'));
    expect(manifestProblem(path)).toMatch(/MANIFEST-000001 is missing/);
    const garbage = await damaged((copy) => writeFile(join(copy, 'CURRENT'), 'MANIFEST'));
    expect(manifestProblem(garbage)).toMatch(/names no list/);
  });

  it('tell of a log that is emptied, cut or zeroed', async () => {
    const emptied = await damaged(async (copy) => truncate(await only(copy, '.log'), 0));
    expect(logProblem(emptied)).toMatch(/is empty/);
    const cut = await damaged(async (copy) => {
      const log = await only(copy, '.log');
      await truncate(log, (await readFile(log)).length - 1);
    });
    expect(logProblem(cut)).toMatch(/middle of a record/);
    const zeroed = await damaged(async (copy) => {
      const log = await only(copy, '.log');
      await writeFile(log, (await readFile(log)).fill(0));
    });
    expect(logProblem(zeroed)).toMatch(/is damaged/);
  });

  it('are not left damaged by a repair', async () => {
    const path = await damaged(async (copy) => {
      const table = await only(copy, '.ldb');
      await writeFile(table, (await readFile(table)).fill(0, 0, 4_096));
    });
    expect(fileProblems(path)).not.toEqual([]);
    await mend(path);
    const level = new ClassicLevel(path);
    await level.open();
    await level.compactRange('', '\uffff');
    await level.close();
    expect(manifestProblem(path)).toBeUndefined();
  });

  it('are locked while somebody has them open', async () => {
    const path = await damaged(async () => undefined);
    expect(isLocked(path)).toBe(false);
    const catalog = await openCatalog(path);
    expect(isLocked(path)).toBe(true);
    await catalog.close();
    expect(isLocked(path)).toBe(false);
  });
});
