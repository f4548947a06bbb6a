/** The store as the engine sees it: labels once for each series, samples as they are. */
import { describe, expect, it } from 'vitest';
import type { SeriesData } from '../../../collector/ports.ts';
import { StoreSource } from '../../../collector/work/query/store-source.ts';

describe('the store as a source', () => {
  it('puts the labels of a series together once, and copies no samples', async () => {
    let asked = 0;
    const times = Float64Array.of(1);
    const values = Float64Array.of(2);
    const series: SeriesData = {
      id: 7,
      get labels() {
        asked++;
        return new Map([
          ['z', '1'],
          ['__name__', 'm'],
        ]);
      },
      times,
      values,
    };
    const spans: unknown[] = [];
    const source = new StoreSource({
      select: (matchers, from, to, signal) => {
        spans.push([matchers, from, to, signal]);
        return Promise.resolve([series]);
      },
    });
    const { signal } = new AbortController();
    const [first] = await source.select([], { from: 1, to: 2 }, signal);
    const [second] = await source.select([], { from: 1, to: 2 }, signal);
    expect([asked, second?.labels === first?.labels]).toEqual([1, true]);
    expect(first?.labels.pairs).toEqual(['__name__', 'm', 'z', '1']);
    expect([first?.times, first?.values]).toEqual([times, values]);
    expect(first?.times).toBe(times);
    expect(spans[0]).toEqual([[], 1, 2, signal]);
  });
});
