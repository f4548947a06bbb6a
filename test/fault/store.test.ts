/** The store under kills, damaged files and a full disk. */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { verify } from '../../collector/io/store/verify.ts';
import type { Matcher } from '../../collector/ports.ts';
import { block, EVER, inFolder, MIDNIGHT, points, seriesIds } from '../support/store.ts';

const all: Matcher[] = [{ name: '__name__', op: '=', value: 'm' }];
const victim = new URL('./store-victim.ts', import.meta.url).pathname;

/** Lets the victim make so many entries durable, then kills it. Answers the last one it said. */
function killAfter(path: string, entries: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', victim, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = 0;
    let heard = 0;
    createInterface({ input: child.stdout }).on('line', (line) => {
      said = Number(line);
      if (++heard === entries) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}

describe('store under kills', () => {
  it('has each durable sample exactly once, whenever it was killed', async () => {
    await inFolder(async (path) => {
      mkdirSync(join(path, 'store'));
      let last = 0;
      for (const entries of [1, 7, 49, 51, 130, 131, 260, 333])
        last = await killAfter(path, entries);
      const store = await openLevelStore({ path: join(path, 'store') });
      const ids = seriesIds(store, 'm', 20);
      const from = existsSync(join(path, 'covered'))
        ? Number(readFileSync(join(path, 'covered'), 'utf8'))
        : 1;
      const lines = readFileSync(join(path, 'journal'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map(Number);
      expect(lines.length).toBeGreaterThanOrEqual(last);
      for (const seq of lines.filter((line) => line >= from)) {
        const cells = Array.from(ids, (_, n) => [seq * 100 + n]);
        store.append(seq, ids, [block([MIDNIGHT + seq * 30_000], cells)]);
      }
      for (const [n, found] of (await store.select(all, ...EVER)).entries()) {
        expect(points(found)).toEqual(lines.map((seq) => [MIDNIGHT + seq * 30_000, seq * 100 + n]));
      }
      await store.close();
      expect((await verify(join(path, 'store'))).problems).toEqual([]);
    });
  });
});

const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  'cut in half': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  emptied: (file) => truncateSync(file, 0),
  zeroed: (file) => writeFileSync(file, new Uint8Array(statSync(file).size)),
  'with flipped bits': (file) => {
    const bytes = readFileSync(file);
    for (let at = 100; at < bytes.length; at += 997) bytes[at] = (bytes[at] as number) ^ 0xff;
    writeFileSync(file, bytes);
  },
  deleted: (file) => rmSync(file),
};

async function sound(path: string): Promise<void> {
  const store = await openLevelStore({ path });
  const ids = seriesIds(store, 'm', 3);
  for (let seq = 1; seq <= 400; seq++) {
    const time = MIDNIGHT - 2 * HOUR + seq * 60_000;
    store.append(seq, ids, [block([time], [[seq], [-seq], [seq / 10]])]);
  }
  await store.maintain(MIDNIGHT + 12 * HOUR);
  await store.checkpoint();
  await store.close();
  await (await openLevelStore({ path })).close();
}

describe('store with a damaged file', () => {
  for (const [kind, damage] of Object.entries(DAMAGES)) {
    it(`works again when any one file is ${kind}`, async () => {
      await inFolder(async (base) => {
        const whole = join(base, 'whole');
        await sound(whole);
        const files = readdirSync(whole, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !/^(LOCK|LOG)/.test(entry.name))
          .map((entry) => join(entry.parentPath, entry.name).slice(whole.length));
        for (const file of files) {
          const path = join(base, 'copy');
          rmSync(path, { recursive: true, force: true });
          cpSync(whole, path, { recursive: true });
          damage(join(path, file));
          await worksOn(path, file);
        }
      });
    });
  }
});

/** New samples go in and come out, of all partitions but the damaged one the old ones too. */
async function worksOn(path: string, file: string): Promise<void> {
  const store = await openLevelStore({ path });
  const ids = seriesIds(store, 'm', 3);
  const now = MIDNIGHT + 13 * HOUR;
  store.append(1000, ids, [block([now], [[1], [2], [3]])]);
  await store.checkpoint();
  const found = await store.select(all, now, now);
  expect(found.map(points), file).toEqual([[[now, 1]], [[now, 2]], [[now, 3]]]);
  await store.select(all, ...EVER);
  await store.rollups(all, '1h', MIDNIGHT - 3 * HOUR, now);
  if (!file.includes('parts/2025-11-20')) {
    const before = await store.select(all, MIDNIGHT - HOUR, MIDNIGHT - 1);
    expect(
      before.map(({ times }) => times.length),
      file,
    ).toEqual([60, 60, 60]);
  }
  await store.maintain(now);
  await store.close();
}

function tmpfs(path: string): boolean {
  try {
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('store on a full disk', () => {
  it('answers, says so, and recovers by itself', async (context) => {
    await inFolder(async (base) => {
      const path = join(base, 'small');
      if (!tmpfs(path)) return context.skip('needs the right to mount a tmpfs');
      try {
        const store = await openLevelStore({ path });
        const ids = seriesIds(store, 'm', 10);
        const fill = (seq: number) => {
          const cells = Array.from(ids, (_, n) => [Math.sqrt(seq * 31 + n)]);
          store.append(seq, ids, [block([MIDNIGHT + seq * 10_000], cells)]);
        };
        for (let seq = 1; seq <= 300; seq++) fill(seq);
        await store.checkpoint();
        const ballast = join(path, 'ballast');
        expect(() => writeFileSync(ballast, new Uint8Array(8 << 20))).toThrow();
        for (let seq = 301; seq <= 5000; seq++) fill(seq);
        await expect(store.checkpoint()).rejects.toThrow('write-failed');
        expect(store.stats().writable).toBe(false);
        expect((await store.select(all, ...EVER))[0]?.times.length).toBe(5000);
        await expect(store.maintain(MIDNIGHT + HOUR)).rejects.toThrow();
        expect((await store.select(all, ...EVER))[0]?.times.length).toBe(5000);
        rmSync(ballast);
        expect(await store.checkpoint()).toBe(5001);
        expect(store.stats().writable).toBe(true);
        await store.close();
        const again = await openLevelStore({ path });
        expect((await again.select(all, ...EVER))[9]?.times.length).toBe(5000);
        await again.close();
        expect((await verify(path)).problems).toEqual([]);
      } finally {
        execFileSync('umount', [path]);
      }
    });
  });
});
