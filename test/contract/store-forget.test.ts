/** Series that ended make room, and leave the index when nothing of them is kept any more. */
import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../collector/core/store/calendar.ts';
import { openLevelStore, type StoreOptions } from '../../collector/io/store/level-store.ts';
import { verify } from '../../collector/io/store/verify.ts';
import type { Matcher, SampleStore } from '../../collector/ports.ts';
import { block, EVER, inFolder, labels, MIDNIGHT, points, seriesIds } from '../support/store.ts';

const NOON = MIDNIGHT + 12 * HOUR;
const LATER = NOON + 120 * DAY;
const RETENTION = { raw: 3 * DAY, minute: 10 * DAY, hour: 40 * DAY };
const all: Matcher[] = [{ name: 'n', op: '=~', value: '.+' }];
const meta = { type: 'gauge', unit: '' } as const;

function open(path: string, more: Partial<StoreOptions> = {}): Promise<SampleStore> {
  return openLevelStore({ path, retention: RETENTION, now: NOON, ...more });
}

function one(store: SampleStore, name: string, owner = 'device'): number {
  return store.resolve(labels(name, { n: '0', instance: owner }), meta, owner);
}

let seq = 0;
function feed(store: SampleStore, ids: Uint32Array, time: number): void {
  store.append(++seq, ids, [
    block(
      [time],
      Array.from(ids, () => [1]),
    ),
  ]);
}

/** Housekeeping as often as it takes to come round once. */
async function settle(store: SampleStore, now: number): Promise<void> {
  for (let i = 0; i < 8; i++) await store.maintain(now + i * 20 * MINUTE);
}

describe('a series that ended', () => {
  it('takes no place of its owner two days later, before a restart and after', async () => {
    await inFolder(async (path) => {
      const options = { limits: { seriesPerOwner: 3 } };
      let store = await open(path, options);
      feed(store, seriesIds(store, 'old', 2), NOON);
      const kept = Uint32Array.of(one(store, 'kept'));
      feed(store, kept, NOON);
      expect(one(store, 'more')).toBe(0);
      expect(store.stats().seriesRefused).toBe(1);
      await settle(store, NOON + 2 * DAY);
      feed(store, kept, NOON + 2 * DAY);
      expect(one(store, 'new')).toBeGreaterThan(0);
      await store.checkpoint();
      await store.close();
      store = await open(path, { ...options, now: NOON + 2 * DAY });
      const fresh = ['a', 'b', 'c'].map((name) => one(store, name));
      expect(fresh.filter((id) => id > 0)).toHaveLength(2);
      await store.close();
    });
  });

  it('counts again when it goes on, and is never refused', async () => {
    await inFolder(async (path) => {
      const store = await open(path, { limits: { seriesPerOwner: 2 } });
      const old = seriesIds(store, 'old', 2);
      feed(store, old, NOON);
      await settle(store, NOON + 2 * DAY);
      feed(store, old, NOON + 2 * DAY);
      expect(one(store, 'new')).toBe(0);
      expect((await store.select(all, ...EVER)).map(points)).toEqual(
        Array.from(old, () => [
          [NOON, 1],
          [NOON + 2 * DAY, 1],
        ]),
      );
      await store.close();
    });
  });
});

describe('a series of which nothing is kept', () => {
  it('leaves the index, frees its place, and its id is never given again', async () => {
    await inFolder(async (path) => {
      let store = await open(path, { limits: { series: 3 } });
      const old = seriesIds(store, 'old', 3);
      feed(store, old, NOON);
      await store.checkpoint();
      await settle(store, NOON + 20 * DAY);
      expect(store.stats()).toMatchObject({ series: 3 });
      await settle(store, LATER);
      expect(store.stats()).toMatchObject({ series: 0, partitions: 0 });
      expect(await store.select(all, ...EVER)).toEqual([]);
      expect(store.metadata().has('old')).toBe(false);
      for (let round = 0; round < 2; round++) {
        await store.close();
        store = await open(path, { limits: { series: 3 }, now: LATER });
        expect(store.stats().series).toBe(0);
      }
      const fresh = seriesIds(store, 'new', 3);
      expect(Math.min(...fresh)).toBeGreaterThan(Math.max(...old));
      await store.checkpoint();
      await store.close();
      expect((await verify(path)).problems).toEqual([]);
    });
  });

  it('stays while rollups of it are kept, over restarts', async () => {
    await inFolder(async (path) => {
      let store = await open(path);
      feed(store, seriesIds(store, 'old', 2), NOON);
      await store.checkpoint();
      for (const days of [1, 2, 5, 20, 30]) {
        await settle(store, NOON + days * DAY);
        await store.close();
        store = await open(path, { now: NOON + days * DAY });
      }
      expect(store.stats().series).toBe(2);
      expect(await store.rollups(all, '1h', ...EVER)).toHaveLength(2);
      await settle(store, LATER);
      expect(store.stats().series).toBe(0);
      await store.close();
    });
  });

  it('comes back under its old id for who still holds that', async () => {
    await inFolder(async (path) => {
      let store = await open(path);
      const ids = seriesIds(store, 'm', 2);
      feed(store, ids, NOON);
      await store.checkpoint();
      await settle(store, LATER);
      expect(store.stats().series).toBe(0);
      feed(store, ids, LATER);
      expect(store.stats().series).toBe(2);
      expect(seriesIds(store, 'm', 2)).toEqual(ids);
      await store.checkpoint();
      await store.close();
      store = await open(path, { now: LATER });
      expect(seriesIds(store, 'm', 2)).toEqual(ids);
      expect((await store.select(all, ...EVER)).map(points)).toEqual([[[LATER, 1]], [[LATER, 1]]]);
      await store.close();
      expect((await verify(path)).problems).toEqual([]);
    });
  });

  it('is not one that was sampled after it was noted as ended', async () => {
    await inFolder(async (path) => {
      let store = await open(path);
      const ids = seriesIds(store, 'm', 1);
      feed(store, ids, NOON);
      await store.checkpoint();
      await settle(store, NOON + 10 * DAY);
      await store.maintain(NOON + 119 * DAY);
      feed(store, ids, NOON + 119 * DAY);
      await store.checkpoint();
      cpSync(path, `${path}-crash`, { recursive: true, filter: (file) => !file.endsWith('LOCK') });
      await store.close();
      store = await open(`${path}-crash`, { now: LATER });
      await settle(store, LATER);
      expect((await store.select(all, ...EVER)).map(points)).toEqual([[[NOON + 119 * DAY, 1]]]);
      await store.close();
    });
  });
});

describe('samples that are refused', () => {
  it('are counted by reason, from the first moment', async () => {
    await inFolder(async (path) => {
      const store = await open(path, { limits: { seriesPerOwner: 1 } });
      const ids = seriesIds(store, 'm', 2);
      feed(store, ids, NOON);
      feed(store, ids.slice(0, 1), NOON + 3 * DAY);
      feed(store, ids.slice(0, 1), NOON + 30 * DAY);
      feed(store, ids.slice(0, 1), NOON - 5 * DAY);
      const { samplesRefused, refused } = store.stats();
      expect(refused).toEqual({ tooOld: 1, future: 2, limit: 1, repeated: 0 });
      expect(samplesRefused).toBe(4);
      await store.close();
    });
  });
});
