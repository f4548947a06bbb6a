/** A day that was compacted and closed is whole: nothing is said of damage when it is opened again. */
import { expect, it } from 'vitest';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { block, EVER, inFolder, MIDNIGHT, seriesIds } from '../support/store.ts';

const HOUR = 3_600_000;
const SAMPLES = 50;

it('a store that was closed after a compaction opens without a complaint', async () => {
  await inFolder(async (path) => {
    const complaints: string[] = [];
    const quiet = () => undefined;
    const note = (message: string) => complaints.push(message);
    const log = { debug: quiet, info: quiet, warn: note, error: note };
    const options = { path, limits: { headSamples: 1_000 }, log };
    const store = await openLevelStore(options);
    const ids = seriesIds(store, 'm', 4);
    for (let seq = 1; seq <= SAMPLES; seq++) {
      const cells = Array.from(ids, () => [seq]);
      store.append(seq, ids, [block([MIDNIGHT + seq * 60_000], cells)]);
      // A chunk each: the window has something to merge.
      await store.checkpoint();
    }
    for (let step = 0; step < 20; step++) await store.maintain(MIDNIGHT + (26 + step) * HOUR);
    await store.close();
    const again = await openLevelStore(options);
    const found = await again.select([{ name: '__name__', op: '=', value: 'm' }], ...EVER);
    expect(found.map(({ times }) => times.length)).toEqual(Array.from(ids, () => SAMPLES));
    await again.close();
    expect(complaints).toEqual([]);
  });
});
