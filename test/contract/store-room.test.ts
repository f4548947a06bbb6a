/** A store whose memory is full says so, and takes all that it is given nevertheless. */
import { describe, expect, it } from 'vitest';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import type { Journal, Matcher } from '../../collector/ports.ts';
import { heldBack } from '../../collector/work/held-back.ts';
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
      append: ({ topic }) => Promise.resolve(taken.push(topic)),
    } as Partial<Journal> as Journal;
    let room = true;
    const held = heldBack(journal, { accepting: () => room });
    const entry = { topic: 'a', payload: new Uint8Array(), receivedAt: 0 };
    await expect(held.append(entry)).resolves.toBe(1);
    room = false;
    await expect(held.append(entry)).rejects.toMatchObject({ code: 'journal-busy' });
    expect(taken).toEqual(['a']);
  });
});
