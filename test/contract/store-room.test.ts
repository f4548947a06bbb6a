/**
 * A store whose memory is full says so, and takes all that it is given nevertheless. One that
 * writes less than comes asks to wait, long before.
 */
import { describe, expect, it } from 'vitest';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import type { Journal, Matcher, SampleStore } from '../../collector/ports.ts';
import { heldBack } from '../../collector/work/held-back.ts';
import { Memory, type MemoryDeps } from '../../collector/work/memory.ts';
import { block, EVER, inFolder, MIDNIGHT, seriesIds } from '../support/store.ts';

const all: Matcher[] = [{ name: '__name__', op: '=', value: 'm' }];

describe('a store with no room in memory', () => {
  it('says so, loses nothing, and has room again when it was written', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path, limits: { headSamples: 50 } });
      const ids = seriesIds(store, 'm', 10);
      for (let seq = 1; seq <= 20; seq++) {
        const cells = Array.from(ids, () => [seq]);
        store.append(seq, ids, [block([MIDNIGHT + seq * 1000], cells)]);
      }
      expect(store.accepting()).toBe(false);
      const found = await store.select(all, ...EVER);
      expect(found.map(({ times }) => times.length)).toEqual(Array.from(ids, () => 20));
      expect(await store.checkpoint()).toBe(21);
      store.append(21, ids, [
        block(
          [MIDNIGHT],
          Array.from(ids, () => [1]),
        ),
      ]);
      await store.checkpoint();
      expect(store.accepting()).toBe(true);
      expect(store.stats().samplesRefused).toBe(0);
      await store.close();
    });
  });

  it('lets nothing into the journal', async () => {
    const taken: string[] = [];
    const journal = {
      submit: ({ topic }, outcome) => outcome.durable(taken.push(topic)),
    } as Partial<Journal> as Journal;
    let room = true;
    const held = heldBack(journal, { accepting: () => room, room: () => undefined });
    const entry = { topic: 'a', payload: new Uint8Array(), receivedAt: 0 };
    await expect(held.append(entry)).resolves.toBe(1);
    room = false;
    await expect(held.append(entry)).rejects.toMatchObject({ code: 'journal-busy' });
    expect(taken).toEqual(['a']);
  });
});

const SERIES = 10;
const ROWS = 120;

/** Rows of ten series of one device, a second apart: a head is full after 120. */
function bring(store: SampleStore, ids: Uint32Array, from: number, rows: number): void {
  for (let row = from; row < from + rows; row++) {
    const cells = Array.from(ids, () => [row]);
    store.append(row + 1, ids, [block([MIDNIGHT + row * 1000], cells)]);
  }
}

describe('a store to which samples come faster than it writes', () => {
  const limits = { waitingSamples: 1_000 };

  it('asks to wait, refuses nothing, and has room again when enough is written', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path, limits });
      const ids = seriesIds(store, 'm', SERIES);
      // One head's room and what may wait, to the last sample.
      bring(store, ids, 0, ROWS + 100);
      expect(store.room()).toBeUndefined();
      bring(store, ids, ROWS + 100, ROWS);
      expect(store.accepting()).toBe(true);
      expect(store.room()).toBeInstanceOf(Promise);
      await store.room();
      expect(store.room()).toBeUndefined();
      expect(store.stats()).toMatchObject({ samplesRefused: 0 });
      const found = await store.select(all, ...EVER);
      expect(found.map(({ times }) => times.length)).toEqual(Array(SERIES).fill(2 * ROWS + 100));
      await store.close();
    });
  });

  it('never holds more than that, however much comes', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path, limits });
      const ids = seriesIds(store, 'm', SERIES);
      let most = 0;
      let waits = 0;
      for (let row = 0; row < 50 * ROWS; row++) {
        bring(store, ids, row, 1);
        most = Math.max(most, store.stats().headSamples);
        const room = store.room();
        if (room === undefined) continue;
        waits++;
        await room;
      }
      expect(most).toBeLessThanOrEqual(1_000 + ROWS * SERIES + SERIES);
      expect(waits).toBeGreaterThan(10);
      const found = await store.select(all, ...EVER);
      expect(found.map(({ times }) => times.length)).toEqual(Array(SERIES).fill(50 * ROWS));
      await store.close();
    });
  });

  it('lets a fleet go on whose heads are full all at once', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path, limits });
      for (let device = 0; device < 20; device++)
        bring(store, seriesIds(store, 'm', SERIES, `d${device}`), 0, ROWS + 1);
      expect(store.stats().headSamples).toBe(20 * SERIES * (ROWS + 1));
      expect(store.room()).toBeUndefined();
      await store.close();
    });
  });

  it('keeps what came first in front, before the journal', async () => {
    const taken: string[] = [];
    const journal = {
      submit: ({ topic }, outcome) => outcome.durable(taken.push(topic)),
    } as Partial<Journal> as Journal;
    let letIn = () => {};
    let room: Promise<void> | undefined = new Promise((resolve) => {
      letIn = resolve;
    });
    const held = heldBack(journal, { accepting: () => true, room: () => room });
    const append = (topic: string) =>
      held.append({ topic, payload: new Uint8Array(), receivedAt: 0 });
    const first = [append('a'), append('b')];
    room = undefined;
    const behind = append('c');
    expect(taken).toEqual([]);
    letIn();
    expect(await Promise.all([...first, behind])).toEqual([1, 2, 3]);
    await append('d');
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a replay of the journal', () => {
  it('waits for room between two entries', async () => {
    const applied: number[] = [];
    const seen: number[] = [];
    async function* replay() {
      for (let seq = 1; seq <= 3; seq++) {
        await Promise.resolve();
        yield { seq, topic: 't', payload: new Uint8Array(), receivedAt: 0 };
      }
    }
    async function* nothing() {}
    const room = async () => {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      seen.push(applied.length);
    };
    const deps = {
      catalog: { get: () => Promise.resolve(undefined), list: nothing },
      catalogDamaged: false,
      journal: { replay },
      store: { room, highestSeq: () => 0 },
      directory: { size: 0 },
      dictionaries: { takeDirty: () => [] },
      ingest: { replay: ({ seq }: { seq: number }) => void applied.push(seq) },
      ownSamples: { replay: () => false },
      outsideSamples: { replay: () => false },
    } as unknown as MemoryDeps;
    await new Memory(deps).restore();
    expect(applied).toEqual([1, 2, 3]);
    // Each wait was over before the next entry was applied.
    expect(seen).toEqual([1, 2, 3]);
  });
});
