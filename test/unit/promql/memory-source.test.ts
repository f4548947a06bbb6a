/** Samples in memory, as an engine selects them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import type { Matcher, MatcherOp } from '../../../collector/core/store/model.ts';
import { denseBuckets } from '../../../collector/promql/histogram/buckets.ts';
import type { CounterReset } from '../../../collector/promql/histogram/data.ts';
import { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';
import { MemorySource } from '../../../collector/promql/memory-source.ts';

const ALWAYS = { from: -Infinity, to: Infinity };
const labels = (name: string, rest: Record<string, string> = {}) =>
  LabelSet.fromObject({ __name__: name, ...rest });
const match = (name: string, op: MatcherOp, value: string): Matcher => ({ name, op, value });

let source: MemorySource;
beforeEach(() => {
  source = new MemorySource();
});

describe('matchers', () => {
  beforeEach(() => {
    for (const host of ['a', 'b', 'ab']) source.append(labels('up', { host }), 0, 1);
    source.append(labels('up'), 0, 1);
    source.append(labels('down', { host: 'a' }), 0, 1);
  });

  it.each<[string, Matcher[], number]>([
    ['name', [match('__name__', '=', 'up')], 4],
    ['name and value', [match('__name__', '=', 'up'), match('host', '=', 'a')], 1],
    ['absent is empty', [match('__name__', '=', 'up'), match('host', '=', '')], 1],
    ['not', [match('__name__', '=', 'up'), match('host', '!=', 'a')], 3],
    ['anchored', [match('__name__', '=', 'up'), match('host', '=~', 'a|b')], 2],
    ['not like', [match('__name__', '=~', 'up|down'), match('host', '!~', 'a.*')], 2],
    ['no name', [match('host', '=', 'a')], 2],
    ['no such name', [match('__name__', '=', 'sideways')], 0],
  ])('%s', async (_, matchers, count) => {
    expect(await source.select(matchers, ALWAYS)).toHaveLength(count);
  });

  it('forgets', async () => {
    source.clear();
    expect(source.size).toBe(0);
    expect(await source.select([match('host', '=', 'a')], ALWAYS)).toEqual([]);
  });
});

describe('samples', () => {
  const select = async (from: number, to: number) =>
    (await source.select([match('__name__', '=', 'm')], { from, to }))[0];

  it('come in order, both ends included, the later one at one time', async () => {
    for (const time of [30, 10, 20, 40]) source.append(labels('m'), time, time);
    source.append(labels('m'), 20, 200);
    const series = await select(10, 30);
    expect([...(series?.times ?? [])]).toEqual([10, 20, 30]);
    expect([...(series?.values ?? [])]).toEqual([10, 200, 30]);
    expect(series?.histograms).toBeUndefined();
  });

  it('leave out series without any', async () => {
    source.append(labels('m'), 10, 1);
    expect(await select(11, 20)).toBeUndefined();
    expect(await select(0, 9)).toBeUndefined();
  });

  it('mark the end of a series by its bits', async () => {
    source.append(labels('m'), 0, 1);
    source.append(labels('m'), 1, 'stale');
    const { values } = (await select(1, 1)) ?? { values: new Float64Array(1) };
    expect(new BigUint64Array(values.slice().buffer)[0]).toBe(STALE_BITS);
  });

  it('carry start timestamps when there are any', async () => {
    source.append(labels('m'), 100, 1, 50);
    source.append(labels('m'), 200, 2);
    expect(await select(0, 300)).toMatchObject({ starts: Float64Array.of(50, 0) });
  });
});

describe('counter resets of histograms', () => {
  const histogram = (count: number, counterReset: CounterReset = 'unknown', schema = 0) =>
    FloatHistogram.of({ schema, count, sum: 0, positive: denseBuckets(0, [count]), counterReset });

  const resets = async (samples: readonly (FloatHistogram | number | 'stale')[]) => {
    samples.forEach((sample, time) => {
      source.append(labels('m'), time, sample);
    });
    const [series] = await source.select([match('__name__', '=', 'm')], ALWAYS);
    return (series?.histograms ?? []).map((one) => one?.counterReset);
  };

  it('are unknown at the start of a chunk, known to be none inside it', async () => {
    expect(await resets([histogram(1), histogram(2), histogram(2)])).toEqual([
      'unknown',
      'not-reset',
      'not-reset',
    ]);
  });

  it('begin a chunk', async () => {
    expect(await resets([histogram(2), histogram(1), histogram(2)])).toEqual([
      'unknown',
      'unknown',
      'not-reset',
    ]);
    expect(await resets([histogram(1), histogram(2, 'reset'), histogram(3)])).toEqual([
      'unknown',
      'unknown',
      'not-reset',
    ]);
  });

  it('are forgotten over floats, staleness, gauges and other schemas', async () => {
    const list = [
      histogram(1),
      5,
      histogram(2),
      'stale',
      histogram(3),
      histogram(4, 'gauge'),
      histogram(5),
      histogram(6, 'unknown', 1),
    ] as const;
    expect(await resets(list)).toEqual([
      'unknown',
      undefined,
      'unknown',
      undefined,
      'unknown',
      'gauge',
      'unknown',
      'unknown',
    ]);
  });
});
