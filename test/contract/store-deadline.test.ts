/** Reading many series ends when nobody waits for it, and lets others run meanwhile. */
import { describe, expect, it } from 'vitest';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { block, EVER, inFolder, labels, MIDNIGHT } from '../support/store.ts';

const SERIES = 10_000;
const name = [{ name: '__name__', op: '=' as const, value: 'm' }];

describe('reading', () => {
  it('ends with the reason of its signal, in memory and on disk', () =>
    inFolder(async (path) => {
      const store = await openLevelStore({ path });
      for (let n = 0; n < SERIES; n++) {
        const set = labels('m', { n: String(n) });
        const id = store.resolve(set, { type: 'gauge', unit: '' }, `d${n % 10}`);
        store.append(n + 1, Uint32Array.of(id), [block([MIDNIGHT + n], [[n]])]);
      }
      for (const where of ['memory', 'disk']) {
        const gone = AbortSignal.abort(new Error('nobody waits'));
        await expect(store.select(name, ...EVER, gone), where).rejects.toThrow('nobody waits');
        const leaving = new AbortController();
        const reading = store.select(name, ...EVER, leaving.signal);
        setImmediate(() => leaving.abort(new Error('left')));
        await expect(reading, where).rejects.toThrow('left');
        expect(await store.select(name, ...EVER, new AbortController().signal)).toHaveLength(
          SERIES,
        );
        await store.checkpoint();
      }
      await store.close();
    }));
});
