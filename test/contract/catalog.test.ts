import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import { openCatalog } from '../../collector/io/level-catalog.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { catalogContract } from './catalog.contract.ts';

catalogContract('LevelDB', openCatalog);

/** Enough for tables and a log: written in two sittings. */
async function fill(path: string): Promise<void> {
  for (const round of [1, 2]) {
    const catalog = await openCatalog(path);
    for (let batch = 0; batch < 10; batch += 1) {
      const rows = Array.from({ length: 50 }, (_, i) => {
        const key = `device/${round}/${batch}/${i}`;
        return [key, Buffer.from(`${key} ${'x'.repeat(200)}`)] as const;
      });
      await catalog.write(new Map(rows));
    }
    await catalog.close();
  }
}

async function check(path: string) {
  const catalog = await openCatalog(path);
  let rows = 0;
  for await (const [key, value] of catalog.list('device/')) {
    expect(Buffer.from(value).toString()).toBe(`${key} ${'x'.repeat(200)}`);
    rows += 1;
  }
  await catalog.write(new Map([['after', Buffer.from('damage')]]));
  expect(await catalog.get('after')).toEqual(Buffer.from('damage'));
  await catalog.close();
  return { rows, opening: catalog.opening };
}

type Damage = (file: string) => void;

const damages: Record<string, Damage> = {
  deleted: (file) => rmSync(file),
  emptied: (file) => truncateSync(file, 0),
  'cut in half': (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2)),
  zeroed: (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length)),
  'bit flipped': (file) => {
    const bytes = readFileSync(file);
    for (let at = 5; at < bytes.length; at += 997) bytes[at] = (bytes[at] as number) ^ 4;
    writeFileSync(file, bytes);
  },
};

describe('the catalog over LevelDB', () => {
  it('opens after any file was damaged, with true values only, and takes new ones', async () => {
    await using folder = await tempFolder('catalog');
    const whole = join(folder.path, 'whole');
    await fill(whole);
    const files = readdirSync(whole).filter((name) => !/^(LOCK|LOG)/.test(name));
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      for (const [name, damage] of Object.entries(damages)) {
        const path = join(folder.path, `${file}-${name}`);
        cpSync(whole, path, { recursive: true });
        damage(join(path, file));
        const { rows, opening } = await check(path);
        if (opening.state === 'intact') {
          // LevelDB cuts the end of a log without a word, as it must after a crash.
          const silent = file.endsWith('.log') && name !== 'bit flipped';
          if (!silent) expect(rows, `${file} ${name}`).toBe(1_000);
        } else {
          expect(opening.reason, `${file} ${name}`).toBeTruthy();
          expect(rows).toBeLessThanOrEqual(1_000);
        }
        if (opening.setAside) expect(readdirSync(opening.setAside).length).toBeGreaterThan(0);
        expect((await check(path)).opening.state).toBe('intact');
      }
    }
  });

  it('says what it found: new, intact, replaced with the old folder set aside', async () => {
    await using folder = await tempFolder('catalog');
    const path = join(folder.path, 'c');
    expect((await check(path)).opening).toMatchObject({ state: 'new', entries: 0 });
    expect((await check(path)).opening).toMatchObject({ state: 'intact', entries: 1 });
    rmSync(path, { recursive: true });
    writeFileSync(path, 'not even a folder');
    const { opening } = await check(path);
    expect(opening).toMatchObject({ state: 'replaced', setAside: `${path}.damaged-1` });
  });

  it('leaves wrong entries behind in the old folder, also when cut in the middle of that', async () => {
    await using folder = await tempFolder('catalog');
    const path = join(folder.path, 'c');
    await fill(path);
    const level = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    const stored = (await level.get('device/1/0/0')) as Buffer;
    await level.batch([
      { type: 'put', key: 'device/1/0/0', value: Buffer.from(stored).fill(1, 10) },
      { type: 'put', key: 'device/1/0/1', value: stored },
      { type: 'put', key: 'device/1/0/2', value: Buffer.alloc(2) },
    ]);
    await level.close();
    const { rows, opening } = await check(path);
    expect(rows).toBe(997);
    const setAside = `${path}.damaged-1`;
    expect(opening).toMatchObject({ state: 'repaired', entries: 997, lostEntries: 3, setAside });
    renameSync(path, `${path}.salvaged`);
    expect((await check(path)).rows).toBe(997);
  });

  it('does not set a folder aside that another process has open', async () => {
    await using folder = await tempFolder('catalog');
    const path = join(folder.path, 'c');
    const first = await openCatalog(path);
    await expect(openCatalog(path)).rejects.toThrow();
    await first.close();
    expect(readdirSync(folder.path)).toEqual(['c']);
  });
});
