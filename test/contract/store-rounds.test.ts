/**
 * How often a query waits for the disk: between two answers the rest of a busy collector has its
 * turn, so a device's series must not be asked for one after the other.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HOUR, MINUTE } from '../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { Partition } from '../../collector/io/store/partition.ts';
import type { SampleStore } from '../../collector/ports.ts';
import { block, EVER, inFolder, labels, MIDNIGHT } from '../support/store.ts';

const METRICS = 80;
const HOURS = 5;

afterEach(() => vi.restoreAllMocks());

function append(store: SampleStore, instance: string, seq: number): void {
  const ids = Uint32Array.from({ length: METRICS }, (_, n) =>
    store.resolve(labels(`m${n}`, { instance }), { type: 'gauge', unit: '' }, instance),
  );
  const times = Array.from({ length: HOURS * 60 }, (_, i) => MIDNIGHT + i * MINUTE);
  const columns = Array.from({ length: METRICS }, (_, n) => times.map((_, i) => n * 1000 + i));
  store.append(seq, ids, [block(times, columns)]);
}

/** Reads that were asked for while no other was under way, and all reads. */
function watch(): { rounds: number; reads: number; entries: number } {
  const seen = { rounds: 0, reads: 0, entries: 0 };
  const read = Partition.prototype.read;
  let underWay = 0;
  vi.spyOn(Partition.prototype, 'read').mockImplementation(async function (
    this: Partition,
    ...args
  ) {
    if (underWay++ === 0) seen.rounds++;
    seen.reads++;
    const entries = await read.apply(this, args);
    underWay--;
    seen.entries += entries.length;
    return entries;
  });
  return seen;
}

describe('the rounds of a query', () => {
  it('are few for all series of one device among others, and only its chunks are read', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path });
      for (let n = 0; n < 4; n++) append(store, `device-${n}`, n + 1);
      await store.maintain(MIDNIGHT + HOURS * HOUR);
      await store.maintain(MIDNIGHT + 2 * 24 * HOUR);
      const seen = watch();
      const found = await store.select([{ name: 'instance', op: '=', value: 'device-3' }], ...EVER);
      expect(found).toHaveLength(METRICS);
      for (const [n, { times, values }] of found.entries()) {
        expect(times).toHaveLength(HOURS * 60);
        expect(values[HOURS * 60 - 1]).toBe(n * 1000 + HOURS * 60 - 1);
      }
      // Twelve windows of 80 metrics; asked one by one that would be 960 rounds.
      expect(seen.reads).toBe(12 * METRICS);
      expect(seen.rounds).toBeLessThanOrEqual(8);
      expect(seen.entries).toBe(3 * METRICS);
      await store.close();
    });
  });
});
