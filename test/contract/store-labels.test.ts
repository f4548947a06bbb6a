/** Which series and labels there are is told without a look at any sample. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY } from '../../collector/core/store/calendar.ts';
import { Head } from '../../collector/core/store/head.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { Partition } from '../../collector/io/store/partition.ts';
import type { Matcher } from '../../collector/ports.ts';
import { block, inFolder, labels, MIDNIGHT, seriesIds } from '../support/store.ts';

const all: Matcher[] = [{ name: '__name__', op: '=', value: 'm' }];

afterEach(() => vi.restoreAllMocks());

describe('series and labels', () => {
  it('come from rosters, not from chunks', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path });
      const ids = seriesIds(store, 'm', 3);
      for (let seq = 1; seq <= 400; seq++)
        store.append(seq, ids, [block([MIDNIGHT + seq * 1000], [[1], [2], [3]])]);
      store.append(401, ids.slice(0, 1), [block([MIDNIGHT + 2 * DAY], [[1]])]);
      await store.checkpoint();
      const spies = [
        vi.spyOn(Partition.prototype, 'read'),
        vi.spyOn(Head.prototype, 'read'),
        vi.spyOn(Head.prototype, 'gather'),
      ];
      const range = [MIDNIGHT, MIDNIGHT + DAY - 1] as const;
      const wanted = ['0', '1', '2'].map((n) => labels('m', { n, instance: 'device' }));
      expect(await store.series(all, ...range)).toEqual(wanted);
      expect(await store.labelNames(all, ...range)).toEqual(['__name__', 'instance', 'n']);
      expect(await store.labelValues('n', all, ...range)).toEqual(['0', '1', '2']);
      const later = [MIDNIGHT + 2 * DAY, MIDNIGHT + 3 * DAY] as const;
      expect(await store.labelValues('n', all, ...later)).toEqual(['0']);
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
      await store.close();
    });
  });

  it('newest samples are read from memory alone', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path });
      const ids = seriesIds(store, 'm', 3);
      for (let seq = 1; seq <= 130; seq++)
        store.append(seq, ids, [block([MIDNIGHT + seq * 1000], [[1], [2], [3]])]);
      await store.checkpoint();
      const read = vi.spyOn(Partition.prototype, 'read');
      const found = await store.select(all, MIDNIGHT + 121_000, MIDNIGHT + 130_000);
      expect(found.map(({ times }) => times.length)).toEqual([10, 10, 10]);
      expect(read).not.toHaveBeenCalled();
      const more = await store.select(all, MIDNIGHT + 120_000, MIDNIGHT + 130_000);
      expect(more.map(({ times }) => times.length)).toEqual([11, 11, 11]);
      expect(read).toHaveBeenCalled();
      await store.close();
    });
  });
});
