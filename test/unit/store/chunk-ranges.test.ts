/** Which keys are read for which series. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkKey } from '../../../collector/core/store/keys.ts';
import { keysOf, seriesRanges } from '../../../collector/io/store/chunk-ranges.ts';

const METRICS = 3;
/** Ids go round the metrics. */
const metrics = (series: number) => ({
  metric: (id: number) => id % METRICS,
  count: () => Math.ceil(series / METRICS),
  total: series,
});

describe('ranges of chunks', () => {
  it('hold each wanted series once, whatever its id', () => {
    const ids = fc.uniqueArray(
      fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 0xffff_ffff })),
    );
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 1000 }), (list, series) => {
        const wanted = Uint32Array.from(list).sort();
        const ranges = seriesRanges(wanted, metrics(series)).map((range) => keysOf(5, range));
        for (const id of wanted) {
          const key = Buffer.from(chunkKey(5, id % METRICS, id, 7));
          const holding = ranges.filter(
            ({ gte, lt }) => key.compare(gte) >= 0 && key.compare(lt) < 0,
          );
          expect(holding).toHaveLength(1);
        }
      }),
    );
  });

  it('join neighbours, leave far ones apart, and take most of a metric as a whole', () => {
    const one = { metric: () => 1, count: () => 1000, total: 1000 };
    const spans = (ids: number[]) =>
      seriesRanges(Uint32Array.from(ids), one).map(({ first, last }) => [first, last]);
    expect(spans([3, 4, 20, 37])).toEqual([
      [3, 20],
      [37, 37],
    ]);
    expect(spans([])).toEqual([]);
    const many = Uint32Array.from({ length: 125 }, (_, i) => i * 100);
    expect(seriesRanges(many, one)).toHaveLength(1);
    expect(seriesRanges(many.subarray(1), one)).toHaveLength(124);
  });

  it('join devices that came one after the other, though ids of other metrics lie between', () => {
    const [devices, each] = [1000, 80];
    const fleet = {
      metric: (id: number) => id % each,
      count: () => devices,
      total: devices * each,
    };
    const six = Uint32Array.from({ length: 6 * each }, (_, i) => 300 * each + i);
    const ranges = seriesRanges(six, fleet);
    expect(ranges).toHaveLength(each);
    expect(ranges[7]).toEqual({ metric: 7, first: 24007, last: 24407, series: 6 });
    const apart = Uint32Array.of(24007, 24007 + 17 * each);
    expect(seriesRanges(apart, fleet)).toHaveLength(2);
  });
});
