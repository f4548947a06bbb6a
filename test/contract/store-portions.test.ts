/**
 * A rule over all devices holds the samples of some of them at a time. Counted are series, samples
 * and the memory they lie in; what comes out is what a selection at once gives.
 */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import type { SampleStore, SeriesData } from '../../collector/ports.ts';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { StoreSource } from '../../collector/work/query/store-source.ts';
import { block, inFolder, MIDNIGHT, seriesIds } from '../support/store.ts';

const SERIES = 3_000;
/** Each has a sample a minute, for so long. */
const ROWS = 90;
const END = MIDNIGHT + (ROWS - 1) * MINUTE;
const SPAN = [END - HOUR + 1, END] as const;
const ALL = [{ name: '__name__', op: '=' as const, value: 'm' }];

function fill(store: SampleStore): void {
  const times = Array.from({ length: ROWS }, (_, i) => MIDNIGHT + i * MINUTE);
  const ids = seriesIds(store, 'm', SERIES);
  for (let n = 0; n < SERIES; n += 100) {
    const columns = Array.from({ length: 100 }, (_, c) => times.map((_, i) => n + c + (i % 3)));
    store.append(n + 1, ids.slice(n, n + 100), [block(times, columns)]);
  }
}

interface Watched {
  readonly store: Pick<SampleStore, 'select' | 'portions'>;
  /** Of each portion. */
  readonly series: number[];
  readonly samples: number[];
  /** All that samples have lain in. */
  readonly memory: Set<ArrayBufferLike>;
}

function watch(store: SampleStore): Watched {
  const seen = {
    series: [] as number[],
    samples: [] as number[],
    memory: new Set<ArrayBufferLike>(),
  };
  return {
    ...seen,
    store: {
      select: () => Promise.reject(new Error('selected at once')),
      async *portions(...asked) {
        for await (const portion of store.portions(...asked)) {
          seen.series.push(portion.length);
          seen.samples.push(portion.reduce((sum, { times }) => sum + times.length, 0));
          for (const { times, values } of portion) seen.memory.add(times.buffer).add(values.buffer);
          yield portion;
        }
      },
    },
  };
}

const copy = ({ id, labels, times, values }: SeriesData): string =>
  [id, ...labels, times.join(), values.join()].join(' ');

/** In memory first, then in chunks. */
async function inBoth(check: (store: SampleStore, where: string) => Promise<void>): Promise<void> {
  await inFolder(async (path) => {
    const store = await openLevelStore({ path });
    fill(store);
    await check(store, 'memory');
    await store.maintain(MIDNIGHT + 72 * HOUR);
    await store.maintain(MIDNIGHT + 144 * HOUR);
    expect(store.stats().headSamples).toBe(0);
    await check(store, 'disk');
    await store.close();
  });
}

describe('portions of a selection', () => {
  it('are together what a selection at once gives', () =>
    inBoth(async (store, where) => {
      const portions: string[][] = [];
      for await (const portion of store.portions(ALL, ...SPAN)) portions.push(portion.map(copy));
      expect(portions.length, where).toBeGreaterThan(2);
      const atOnce = (await store.select(ALL, ...SPAN)).map(copy);
      expect(portions.flat().join('\n') === atOnce.join('\n'), where).toBe(true);
      expect(atOnce, where).toHaveLength(SERIES);
    }));

  it('are all that a rule holds: few series, in memory that is used again', () =>
    inBoth(async (store, where) => {
      const seen = watch(store);
      const engine = new PromqlEngine(new StoreSource(seen.store));
      const { value, stats } = await engine.instant('sum(changes(m[1h]))', END);
      expect(value, where).toMatchObject({ samples: [{ value: SERIES * 59 }] });
      expect(stats.samples, where).toBe(SERIES * 60);
      expect(Math.max(...seen.series), where).toBeLessThanOrEqual(728);
      expect(stats.peakSamples, where).toBeLessThan(SERIES * 60 * 0.5);
      const bytes = [...seen.memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
      expect(bytes, where).toBeLessThan(SERIES * 60 * 8);
    }));

  it('end early when nobody wants more, and others then find everything as it was', () =>
    inBoth(async (store, where) => {
      for await (const portion of store.portions(ALL, ...SPAN)) {
        expect(portion.length, where).toBeLessThan(SERIES);
        break;
      }
      expect(await store.select(ALL, ...SPAN), where).toHaveLength(SERIES);
    }));
});
