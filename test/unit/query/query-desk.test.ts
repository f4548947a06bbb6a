/** People's queries: so many at once, in order, each for so long. Time is the test's. */
import { describe, expect, it } from 'vitest';
import type { Engine, Evaluated } from '../../../collector/core/query/engine.ts';
import { QueryError } from '../../../collector/core/query/types.ts';
import { DEFAULT_QUERY_LIMITS, LimitedQueries } from '../../../collector/work/query/query-desk.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const nothing: Evaluated = {
  value: { type: 'vector', samples: [] },
  warnings: [],
  infos: [],
  stats: { samples: 0, peakSamples: 0 },
};

/** An engine whose evaluations end when the test says. */
class SlowEngine implements Engine {
  readonly started: string[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  private readonly ends = new Map<string, () => void>();

  instant: Engine['instant'] = (expression, _at, options) => {
    this.started.push(expression);
    this.signals.push(options?.signal);
    return new Promise((resolve) => this.ends.set(expression, () => resolve(nothing)));
  };

  range: Engine['range'] = (expression, { start }, options) =>
    this.instant(expression, start, options);

  end(expression: string): void {
    this.ends.get(expression)?.();
  }
}

function desk(concurrency: number) {
  const engine = new SlowEngine();
  const clock = new FakeClock(0, 0);
  const limits = { ...DEFAULT_QUERY_LIMITS, concurrency, timeoutMs: 1_000 };
  const queries = new LimitedQueries({ engine, clock, limits, breathe: () => Promise.resolve() });
  return { engine, clock, queries };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the query desk', () => {
  it('evaluates so many at once, the others in the order of their coming', async () => {
    const { engine, clock, queries } = desk(2);
    const all = ['a', 'b', 'c', 'd'].map((expression) => queries.instant(expression, 0, {}));
    await turn();
    expect([engine.started, queries.running, queries.waiting]).toEqual([['a', 'b'], 2, 2]);
    await clock.advance(100);
    engine.end('b');
    await turn();
    expect(engine.started).toEqual(['a', 'b', 'c']);
    engine.end('a');
    await turn();
    for (const expression of ['c', 'd']) engine.end(expression);
    const answers = await Promise.all(all);
    expect(answers.map(({ queuedMs }) => queuedMs)).toEqual([0, 0, 100, 100]);
    expect([queries.running, queries.waiting]).toEqual([0, 0]);
  });

  it('ends those that take too long, and says where they were', async () => {
    const { engine, clock, queries } = desk(1);
    const running = queries.instant('a', 0, {}).catch((error: unknown) => error);
    const waiting = queries.range('b', { start: 0, end: 1, step: 1 }, { timeoutMs: 500 });
    const refused = waiting.catch((error: unknown) => error);
    await turn();
    await clock.advance(500);
    expect(await refused).toEqual(new QueryError('timeout', 'query timed out in query queue'));
    await clock.advance(500);
    expect(await running).toEqual(
      new QueryError('timeout', 'query timed out in expression evaluation'),
    );
    expect(engine.signals[0]?.aborted).toBe(true);
    // The work goes on until it looks at its signal: its place is not given away before.
    expect(queries.running).toBe(1);
    engine.end('a');
    await turn();
    expect(queries.running).toBe(0);
  });

  it('cannot be given more time than everybody has', async () => {
    const { clock, queries } = desk(1);
    const long = queries.instant('a', 0, { timeoutMs: 5_000 }).catch((error: unknown) => error);
    await turn();
    await clock.advance(1_000);
    expect(await long).toMatchObject({ type: 'timeout' });
  });

  it('ends those whose client leaves', async () => {
    const { engine, queries } = desk(1);
    const gone = new AbortController();
    const { signal } = gone;
    const running = queries.instant('a', 0, { signal }).catch((error: unknown) => error);
    const waiting = queries.instant('b', 0, { signal }).catch((error: unknown) => error);
    await turn();
    gone.abort();
    expect(await running).toMatchObject({
      type: 'canceled',
      message: 'query was canceled in expression evaluation',
    });
    expect(await waiting).toMatchObject({ message: 'query was canceled in query queue' });
    engine.end('a');
    await turn();
    const late = queries.instant('c', 0, { signal });
    await expect(late).rejects.toMatchObject({ type: 'canceled' });
    await turn();
    expect([engine.started, queries.running]).toEqual([['a'], 0]);
  });

  it('passes on what the engine refuses, and goes on', async () => {
    const { engine, queries } = desk(1);
    engine.instant = () => Promise.reject(new QueryError('bad_data', 'no'));
    await expect(queries.instant('x', 0, {})).rejects.toThrow('no');
    expect(queries.running).toBe(0);
  });
});
