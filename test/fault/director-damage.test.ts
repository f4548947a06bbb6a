/** The director's folder, damaged: versions go on rising, and a key is never replaced without a word. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Assigned } from '../../collector/core/releases/director.ts';
import { openDirector } from '../../collector/io/releases/director.ts';
import { DirectorRoots } from '../../collector/io/releases/director-root.ts';
import { verifyData } from '../../collector/io/verify.ts';
import { DAMAGES, damageRandom } from '../support/fault/damages.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const DEVICE = 'press-17';
const NOW = Date.UTC(2026, 10, 21);

let folder: TempFolder;
let path: string;
let now: number;
/** The highest version that the device reports. */
let seen: number;

const assigned: readonly Assigned[] = [{ path: 'a/b', length: 1, sha256: '0'.repeat(64) }];
const open = () =>
  openDirector(path, { now: () => now, assigned: () => assigned, seen: () => seen });
const at = (...parts: string[]) => join(path, ...parts);

async function versionNow(): Promise<number> {
  const director = await open();
  const bytes = await director.file(DEVICE, 'timestamp.json');
  const { signed } = JSON.parse(Buffer.from(bytes ?? []).toString()) as { signed: Signed };
  const snapshot = await director.file(DEVICE, `${signed.version}.snapshot.json`);
  expect(snapshot).toBeDefined();
  return signed.version;
}

interface Signed {
  readonly version: number;
}

async function verdicts(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { part, verdict } of verifyData(folder.path))
    if (verdict === 'damaged') found.push(part);
  return found;
}

beforeEach(async () => {
  folder = await tempFolder('director');
  path = join(folder.path, 'director');
  now = NOW;
  seen = 0;
  await versionNow();
});

afterEach(() => folder[Symbol.asyncDispose]());

describe('what a device was told', () => {
  it.each(DAMAGES.filter(({ name }) => name !== 'older'))(
    'is signed anew: $name',
    async (damage) => {
      const file = at('devices', `${DEVICE}.json`);
      const before = await versionNow();
      await damage.apply(file, file, damageRandom(1, damage.name));
      if (damage.name !== 'deleted')
        expect(await verdicts()).toEqual([`director/devices/${DEVICE}`]);
      now += 1;
      expect(await versionNow()).toBeGreaterThan(before);
      expect(await verdicts()).toEqual([]);
    },
  );

  it('may be of earlier: the next version is above both', async () => {
    const file = at('devices', `${DEVICE}.json`);
    await cp(file, at('older.json'));
    now += 7_200_000;
    const before = await versionNow();
    await cp(at('older.json'), file);
    now += 1;
    expect(await versionNow()).toBeGreaterThan(before);
  });
});

it('goes above what the device reports, also when its file is damaged and the clock is behind', async () => {
  await writeFile(at('devices', `${DEVICE}.json`), 'x');
  seen = NOW + 86_400_000;
  now = NOW - 86_400_000;
  expect(await versionNow()).toBeGreaterThan(seen);
});

describe('the key', () => {
  const refusal = /key\.json.*backup/s;

  it.each(DAMAGES.filter(({ name }) => name !== 'older'))(
    'is not replaced: $name',
    async (damage) => {
      const whole = await readFile(at('key.json'));
      const root = await readFile(at('metadata', '1.root.json'));
      await damage.apply(at('key.json'), '', damageRandom(1, damage.name));
      const left = await readFile(at('key.json')).catch(() => undefined);
      const director = await open();
      await expect(director.file(DEVICE, 'timestamp.json')).rejects.toThrow(refusal);
      await expect(director.time(DEVICE, '00')).rejects.toThrow(refusal);
      await expect(new DirectorRoots(path).keep(now)).rejects.toThrow(refusal);
      expect(await verdicts()).toEqual(['director/key']);
      expect(await readFile(at('key.json')).catch(() => undefined)).toEqual(left);
      expect(await readFile(at('metadata', '1.root.json'))).toEqual(root);
      // Put back, it is used without another start.
      await writeFile(at('key.json'), whole);
      expect(await director.file(DEVICE, 'timestamp.json')).toBeDefined();
    },
  );

  it('of another director is refused', async () => {
    await openDirector(join(folder.path, 'other'), {
      ...{ now: () => now, assigned: () => [], seen: () => 0 },
    });
    await cp(join(folder.path, 'other', 'key.json'), at('key.json'));
    const director = await open();
    await expect(director.file(DEVICE, 'timestamp.json')).rejects.toThrow(/newest root/);
    await rm(join(folder.path, 'other'), { recursive: true });
  });

  it('that was made without its root, by a start that was cut, gets one', async () => {
    const key = await readFile(at('key.json'), 'utf8');
    await rm(at('metadata'), { recursive: true });
    const director = await open();
    expect(await director.file(DEVICE, '1.root.json')).toBeDefined();
    expect(await director.file(DEVICE, 'timestamp.json')).toBeDefined();
    expect(await readFile(at('key.json'), 'utf8')).toBe(key);
  });
});

it.each(DAMAGES.filter(({ name }) => name !== 'older' && name !== 'deleted'))(
  'a damaged root is told, and the director goes on: $name',
  async (damage) => {
    await damage.apply(at('metadata', '1.root.json'), '', damageRandom(1, damage.name));
    expect(await verdicts()).toContain('director/root');
    await expect(new DirectorRoots(path).keep(now)).rejects.toThrow(/root/);
    // Devices hold a root of their own.
    expect(await versionNow()).toBeGreaterThan(0);
  },
);
