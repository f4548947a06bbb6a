/** Look-back, staleness, windows, offset and `@`, with the meaning of Prometheus 3. */
import { describe, expect, it } from 'vitest';
import { formatTime, resultBody } from '../../../collector/core/query/format.ts';
import { formatValue } from '../../../collector/core/query/number.ts';
import { SelectorEngine } from '../../../collector/core/query/selector-engine.ts';
import { QueryError, type QueryOptions } from '../../../collector/core/query/types.ts';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import { MemoryStore } from '../../support/memory-store.ts';

const options: QueryOptions = { lookbackMs: 300_000, maxPoints: 1000 };
const store = new MemoryStore();
store.feed({ __name__: 'm', a: '2' }, [
  [1_000_000, 1],
  [1_060_000, 2],
  [1_120_000, STALE_BITS],
]);
store.feed({ __name__: 'm', a: '1' }, [
  [1_000_000, Number.NaN],
  [1_060_000, Number.POSITIVE_INFINITY],
]);
const engine = new SelectorEngine(store);

async function instant(
  expression: string,
  at: number,
  more: Partial<QueryOptions> = {},
): Promise<unknown> {
  const result = await engine.instant(expression, at, { ...options, ...more });
  return (JSON.parse([...resultBody(result)].join('')) as { data: { result: unknown } }).data
    .result;
}

async function range(
  expression: string,
  start: number,
  end: number,
  step: number,
): Promise<unknown> {
  const result = await engine.range(expression, { start, end, step }, options);
  return (JSON.parse([...resultBody(result)].join('')) as { data: { result: unknown } }).data
    .result;
}

describe('instant selectors', () => {
  it('take the newest sample and sort by labels', async () => {
    expect(await instant('m', 1_070_500)).toEqual([
      { metric: { __name__: 'm', a: '1' }, value: [1070.5, '+Inf'] },
      { metric: { __name__: 'm', a: '2' }, value: [1070.5, '2'] },
    ]);
  });

  it('end at a staleness marker, but not at another NaN', async () => {
    expect(await instant('m', 1_130_000)).toHaveLength(1);
    expect(await instant('m{a="1"}', 1_000_000)).toEqual([
      { metric: { __name__: 'm', a: '1' }, value: [1000, 'NaN'] },
    ]);
  });

  it('look back over an interval that is open on the left', async () => {
    expect(await instant('m{a="1"}', 1_360_000)).toEqual([]);
    expect(await instant('m{a="1"}', 1_359_999)).toHaveLength(1);
    expect(await instant('m{a="1"}', 1_360_000, { lookbackMs: 300_001 })).toHaveLength(1);
  });

  it('move by offset and hold by @', async () => {
    const at = 5_000_000;
    expect(await instant('m{a="2"} @ 1000', at)).toEqual([
      { metric: { __name__: 'm', a: '2' }, value: [5000, '1'] },
    ]);
    expect(await instant('m{a="2"} offset 3940s', at)).toEqual([
      { metric: { __name__: 'm', a: '2' }, value: [5000, '2'] },
    ]);
    expect(await instant('m{a="2"} @ end() offset 3940s', at)).toHaveLength(1);
  });

  it('answer a matrix for a range, without markers, open on the left', async () => {
    expect(await instant('m{a="2"}[2m]', 1_120_000)).toEqual([
      { metric: { __name__: 'm', a: '2' }, values: [[1060, '2']] },
    ]);
    expect(await instant('m{a="2"}[30s]', 1_140_000)).toEqual([]);
  });
});

describe('range selectors', () => {
  it('answer the steps that have a value', async () => {
    expect(await range('m{a="2"}', 940_000, 1_180_000, 60_000)).toEqual([
      {
        metric: { __name__: 'm', a: '2' },
        values: [
          [1000, '1'],
          [1060, '2'],
        ],
      },
    ]);
  });

  it('hold @ start() at the first step', async () => {
    expect(await range('m{a="2"} @ start()', 1_000_000, 1_120_000, 60_000)).toEqual([
      {
        metric: { __name__: 'm', a: '2' },
        values: [
          [1000, '1'],
          [1060, '1'],
          [1120, '1'],
        ],
      },
    ]);
  });

  it('move by a negative offset', async () => {
    expect(await range('m{a="2"} offset -1m', 1_000_000, 1_000_000, 60_000)).toEqual([
      { metric: { __name__: 'm', a: '2' }, values: [[1000, '2']] },
    ]);
  });

  it('refuse a range vector', async () => {
    await expect(range('m[5m]', 0, 1, 1)).rejects.toThrow(/invalid expression type "range vector"/);
  });
});

describe('limits', () => {
  it('refuse an answer with too many points', async () => {
    const few = { ...options, maxPoints: 3 };
    await expect(
      engine.range('m', { start: 1_000_000, end: 1_060_000, step: 20_000 }, few),
    ).rejects.toMatchObject({
      type: 'execution',
    });
  });

  it('stop when the time is over or the client left', async () => {
    const timeout = AbortSignal.abort(new QueryError('timeout', 'late'));
    await expect(instant('m', 1_000_000, { signal: timeout })).rejects.toMatchObject({
      type: 'timeout',
    });
    await expect(instant('m', 1_000_000, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      type: 'canceled',
    });
  });
});

describe('numbers', () => {
  it('are written as Go writes them', () => {
    expect([0.1, -0, 1e-7, 1.5e21, 123456789012, Number.NaN].map(formatValue)).toEqual([
      '0.1',
      '-0',
      '1e-07',
      '1.5e+21',
      '123456789012',
      'NaN',
    ]);
    expect([1_435_781_451_781, 1000, 1].map(formatTime)).toEqual(['1435781451.781', '1', '0.001']);
  });
});
