/** A query that would load too much ends while it reads, not when it has read everything. */
import { describe, expect, it } from 'vitest';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import type { SampleStore } from '../../collector/ports.ts';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { StoreSource } from '../../collector/work/query/store-source.ts';
import { block, EVER, inFolder, MIDNIGHT, seriesIds } from '../support/store.ts';

const SERIES = 20;
const ROWS = 500;
const MOST = 3 * ROWS;
const ALL = [{ name: '__name__', op: '=' as const, value: 'm' }];

function fill(store: SampleStore): void {
  const times = Array.from({ length: ROWS }, (_, i) => MIDNIGHT + i * 1000);
  const columns = Array.from({ length: SERIES }, (_, n) => times.map((_, i) => n + i));
  store.append(1, seriesIds(store, 'm', SERIES), [block(times, columns)]);
}

/** How many samples were read before the limit ended it. */
async function readUntilTooMany(store: SampleStore): Promise<number> {
  let read = 0;
  const reading = store.select(ALL, ...EVER, undefined, (samples) => {
    read += samples;
    if (read > MOST) throw new Error('too many');
  });
  await expect(reading).rejects.toThrow('too many');
  return read;
}

describe('a limit of samples', () => {
  it('ends a reading that comes to it, in memory and on disk', () =>
    inFolder(async (path) => {
      const store = await openLevelStore({ path });
      fill(store);
      const engine = new PromqlEngine(new StoreSource(store), { maxSamples: MOST });
      const end = MIDNIGHT + ROWS * 1000;
      for (const where of ['memory', 'disk']) {
        expect(store.stats().headSamples > 0).toBe(where === 'memory');
        expect(await readUntilTooMany(store), where).toBeLessThanOrEqual(MOST + ROWS);
        await expect(engine.instant('m[1h]', end), where).rejects.toThrow('too many samples');
        const one = await engine.instant('count_over_time(m{n="7"}[1h])', end);
        expect(one.stats, where).toEqual({
          samples: ROWS,
          peakSamples: expect.any(Number) as number,
        });
        // Heads are full or idle by then, and become chunks.
        await store.maintain(MIDNIGHT + 3 * 86_400_000);
        await store.maintain(MIDNIGHT + 6 * 86_400_000);
      }
      await store.close();
    }));
});
