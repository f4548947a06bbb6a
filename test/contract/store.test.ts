/** What the SampleStore port promises, on the LevelDB store. */
import { describe, expect, it } from 'vitest';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import type { Matcher, SampleStore } from '../../collector/ports.ts';
import {
  bits,
  block,
  EVER,
  inFolder,
  labels,
  MIDNIGHT,
  points,
  seriesIds,
} from '../support/store.ts';

const all = (name: string): Matcher[] => [{ name: '__name__', op: '=', value: name }];

/** Runs the same check on what is in memory, on disk, and on disk after a restart. */
async function threeTimes(
  fill: (store: SampleStore) => void,
  check: (store: SampleStore) => Promise<void>,
): Promise<void> {
  await inFolder(async (path) => {
    const store = await openLevelStore({ path });
    fill(store);
    await check(store);
    await store.checkpoint();
    await check(store);
    await store.close();
    const again = await openLevelStore({ path });
    await check(again);
    await again.close();
  });
}

describe('store', () => {
  it('answers what was appended, from memory and from disk', async () => {
    await threeTimes(
      (store) => {
        const ids = seriesIds(store, 'up', 2);
        store.append(1, ids, [
          block(
            [MIDNIGHT + 1, MIDNIGHT + 10_001],
            [
              [1, 2],
              [3, undefined],
            ],
          ),
        ]);
      },
      async (store) => {
        const found = await store.select(all('up'), ...EVER);
        expect(found.map(points)).toEqual([
          [
            [MIDNIGHT + 1, 1],
            [MIDNIGHT + 10_001, 2],
          ],
          [[MIDNIGHT + 1, 3]],
        ]);
        expect(found[0]?.labels).toEqual(labels('up', { n: '0', instance: 'device' }));
      },
    );
  });

  it('keeps every bit of a value, signalling NaNs included', async () => {
    const strange = new Float64Array(3);
    new BigUint64Array(strange.buffer).set([
      0x7ff0000000000002n,
      0xfff8dead00000001n,
      0x8000000000000000n,
    ]);
    await threeTimes(
      (store) => {
        const ids = seriesIds(store, 'odd', 1);
        const times = Float64Array.of(MIDNIGHT + 3, MIDNIGHT + 1, MIDNIGHT + 2);
        store.append(1, ids, [
          { times, firstAlias: 0, columns: 1, values: strange.slice(), presence: new Map() },
        ]);
      },
      async (store) => {
        const [found] = await store.select(all('odd'), ...EVER);
        expect(found && bits(found.values)).toEqual([
          'fff8dead00000001',
          '8000000000000000',
          '7ff0000000000002',
        ]);
      },
    );
  });

  it('takes late rows over days, and the last word of each instant', async () => {
    await threeTimes(
      (store) => {
        const ids = seriesIds(store, 'late', 1);
        store.append(1, ids, [block([MIDNIGHT - 5, MIDNIGHT + 5], [[1, 2]])]);
        store.append(2, ids, [block([MIDNIGHT - 7, MIDNIGHT + 5], [[3, 4]])]);
      },
      async (store) => {
        const [found] = await store.select(all('late'), ...EVER);
        expect(found && points(found)).toEqual([
          [MIDNIGHT - 7, 3],
          [MIDNIGHT - 5, 1],
          [MIDNIGHT + 5, 4],
        ]);
        const [cut] = await store.select(all('late'), MIDNIGHT - 5, MIDNIGHT + 4);
        expect(cut && points(cut)).toEqual([[MIDNIGHT - 5, 1]]);
      },
    );
  });
});
