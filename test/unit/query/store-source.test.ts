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
      async *portions(...asked) {
        yield await this.select(...asked);
        yield [];
      },
    });
    const { signal } = new AbortController();
    const [first] = await source.select([], { from: 1, to: 2 }, signal);
    const [second] = await source.select([], { from: 1, to: 2 }, signal);
    expect([asked, second?.labels === first?.labels]).toEqual([1, true]);
    expect(first?.labels.pairs).toEqual(['__name__', 'm', 'z', '1']);
    expect([first?.times, first?.values]).toEqual([times, values]);
    expect(first?.times).toBe(times);
    const portions: number[] = [];
    for await (const portion of source.portions([], { from: 3, to: 4 }, signal)) {
      portions.push(portion.length);
      for (const { labels } of portion) expect(labels).toBe(first?.labels);
    }
    expect(portions).toEqual([1, 0]);
    expect([spans[0], spans[2]]).toEqual([
      [[], 1, 2, signal],
      [[], 3, 4, signal],
    ]);
  });
});
