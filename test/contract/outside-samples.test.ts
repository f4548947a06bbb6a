/** Samples from outside: through a real journal into a real store, over crashes and refusals. */
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../collector/core/label-set.ts';
import { STALE_BITS } from '../../collector/core/stale.ts';
import type { WrittenSeries } from '../../collector/ports/samples.ts';
import { T0 } from '../support/ingest/device.ts';
import type { Switches } from '../support/ingest/flaky.ts';
import { Rig } from '../support/ingest/rig.ts';

function series(n: number, ...points: readonly (readonly [number, number])[]): WrittenSeries {
  return {
    labels: LabelSet.fromObject({ __name__: 'm', instance: 'host', n: String(n) }),
    times: Float64Array.from(points, ([time]) => T0 + time),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

const both = (rig: Rig) => Promise.all(['1', '2'].map((n) => rig.points('m', { n })));

describe('samples from outside', () => {
  it('are there at once, and once only after crashes before and after a checkpoint', async () => {
    const rig = await Rig.open();
    const expected = [
      [
        [T0 + 1_000, 1],
        [T0 + 2_000, 3],
      ],
      [
        [T0 + 1_000, 2],
        [T0 + 3_000, 4],
      ],
    ];
    await rig.outsideSamples.write([series(1, [1_000, 1]), series(2, [1_000, 2])]);
    await rig.memory.checkpoint();
    await rig.outsideSamples.write([series(1, [2_000, 3])]);
    await rig.outsideSamples.write([series(2, [3_000, 4])]);
    expect(await both(rig)).toEqual(expected);
    await using next = await rig.crash();
    expect(await both(next)).toEqual(expected);
    await next.memory.checkpoint();
    await using last = await next.crash();
    expect(await both(last)).toEqual(expected);
  });

  it('are in the journal when `write` resolves, in entries of bounded size', async () => {
    await using rig = await Rig.open({ seriesPerOwner: 10_000 });
    const many = Array.from({ length: 4_500 }, (_, n) => series(n, [0, n]));
    const before = rig.parts.journal.stats().nextSeq;
    expect(await rig.outsideSamples.write(many)).toEqual({ refused: 0 });
    expect(rig.parts.journal.stats().nextSeq - before).toBe(3);
    expect(await rig.points('m')).toHaveLength(4_500);
  });

  it('keep staleness markers and come in any order', async () => {
    await using rig = await Rig.open();
    const marker = new Float64Array(BigUint64Array.of(STALE_BITS).buffer);
    await rig.outsideSamples.write([series(1, [5_000, 5])]);
    await rig.outsideSamples.write([series(1, [1_000, 1])]);
    const { labels } = series(1);
    await rig.outsideSamples.write([
      { labels, times: Float64Array.of(T0 + 6_000), values: marker },
    ]);
    const name = [{ name: '__name__', op: '=' as const, value: 'm' }];
    const [found] = await rig.parts.store.select(name, 0, T0 * 2);
    expect([...(found?.times ?? [])]).toEqual([T0 + 1_000, T0 + 5_000, T0 + 6_000]);
    expect(new BigUint64Array((found?.values ?? marker).slice().buffer)[2]).toBe(STALE_BITS);
  });

  it('count what limits refuse, and store the rest', async () => {
    await using rig = await Rig.open({ seriesPerOwner: 2 });
    const given = [1, 2, 3].map((n) => series(n, [1_000, n], [2_000, n]));
    expect(await rig.outsideSamples.write(given)).toEqual({ refused: 2 });
    expect(await rig.points('m')).toHaveLength(4);
  });

  it('are refused as a whole while the journal refuses', async () => {
    const switches: Switches = { refuse: () => true };
    await using rig = await Rig.open({ switches });
    await expect(rig.outsideSamples.write([series(1, [1_000, 1])])).rejects.toThrow('disk full');
    expect(await rig.points('m')).toEqual([]);
    switches.refuse = undefined;
    await rig.outsideSamples.write([series(1, [1_000, 1])]);
    expect(await rig.points('m')).toHaveLength(1);
  });
});
