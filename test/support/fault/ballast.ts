/**
 * Samples that only take room, so that a collector's store has the size of one that has worked for
 * long: devices of 80 series of noise every ten seconds through a whole day after another, with
 * rollups, compacted. Noise takes eight bytes each, so it is quickly large.
 */
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { SampleStore } from '../../../collector/ports.ts';

const DAY = 24 * 3_600_000;
const STEP = 10_000;
const SERIES = 80;
const ROWS = 180;
const DEVICES = 20;
const MOST_ROUNDS = 200;

/** Fills the days from `from` to `to` in rounds of devices until the store has so many bytes. */
export async function addBallast(
  path: string,
  bytes: number,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): Promise<void> {
  const store = await openLevelStore({ path, now });
  for (let round = 0; store.stats().diskBytes < bytes && round < MOST_ROUNDS; round++) {
    for (let day = from; day < to; day += DAY) await fill(store, round, day);
    for (let n = 0; n < 4; n++) await store.maintain(now);
  }
  for (let n = 0; n < 20; n++) await store.maintain(now);
  await store.checkpoint();
  await store.close();
}

async function fill(store: SampleStore, round: number, day: number): Promise<void> {
  const ids = Array.from({ length: DEVICES }, (_, n) => idsOf(store, round * DEVICES + n));
  for (let at = day; at < day + DAY; at += ROWS * STEP) {
    const times = Float64Array.from({ length: ROWS }, (_, row) => at + row * STEP);
    for (const device of ids) {
      const values = Float64Array.from({ length: SERIES * ROWS }, Math.random);
      const block = { times, firstAlias: 0, columns: SERIES, values, presence: new Map() };
      store.append(store.highestSeq() + 1, device, [block]);
    }
    await store.checkpoint();
  }
}

function idsOf(store: SampleStore, device: number): Uint32Array {
  const instance = `ballast-${device}`;
  return Uint32Array.from({ length: SERIES }, (_, n) =>
    store.resolve(
      new Map([
        ['__name__', `ballast_${n}`],
        ['instance', instance],
      ]),
      { type: 'gauge', unit: '' },
      instance,
    ),
  );
}
