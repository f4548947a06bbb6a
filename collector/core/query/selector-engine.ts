/** Evaluates plain selectors, with the meaning that Prometheus 3 gives them. */
import { atInstant, atSteps, inWindow } from './evaluate.ts';
import { sortByLabels } from './labels.ts';
import { parseSelector, type Selector } from './selector.ts';
import {
  type QueryEngine,
  QueryError,
  type QueryOptions,
  type QueryResult,
  type QueryValue,
  type RangeSteps,
  type SampleSource,
  type SeriesSlice,
} from './types.ts';

/** Points evaluated between two breaths. */
const BREATH_POINTS = 50_000;

export class SelectorEngine implements QueryEngine {
  private readonly source: SampleSource;

  constructor(source: SampleSource) {
    this.source = source;
  }

  async instant(expression: string, at: number, options: QueryOptions): Promise<QueryResult> {
    const selector = parseSelector(expression);
    const ref = refOf(selector, at, at)(at);
    const { matchers, rangeMs } = selector;
    const found = await this.source.select(matchers, ref - (rangeMs ?? options.lookbackMs), ref);
    if (rangeMs === undefined) {
      const series = await each(
        found,
        options,
        () => 1,
        (one) => atInstant(one, ref, options.lookbackMs, at),
      );
      return plain({ type: 'vector', series: sortByLabels(series) });
    }
    const series = await each(found, options, lengthOf, (one) => inWindow(one, ref, rangeMs));
    return plain({ type: 'matrix', series: sortByLabels(series) });
  }

  async range(expression: string, steps: RangeSteps, options: QueryOptions): Promise<QueryResult> {
    const selector = parseSelector(expression);
    if (selector.rangeMs !== undefined) {
      throw new QueryError(
        'bad_data',
        'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
      );
    }
    const { lookbackMs } = options;
    const ref = refOf(selector, steps.start, steps.end);
    const found = await this.source.select(
      selector.matchers,
      ref(steps.start) - lookbackMs,
      ref(steps.end),
    );
    const series = await each(found, options, lengthOf, (one) =>
      atSteps(one, steps, ref, lookbackMs),
    );
    return plain({ type: 'matrix', series: sortByLabels(series) });
  }
}

/** Maps the time of evaluation to the time looked at: `@` fixes it, `offset` moves it. */
function refOf({ at, offsetMs }: Selector, start: number, end: number): (time: number) => number {
  const fixed = at === 'start' ? start : at === 'end' ? end : at;
  return (time) => (fixed ?? time) - offsetMs;
}

async function each<T>(
  found: readonly SeriesSlice[],
  options: QueryOptions,
  points: (result: T) => number,
  evaluate: (series: SeriesSlice) => T | undefined,
): Promise<T[]> {
  const results: T[] = [];
  let total = 0;
  let sinceBreath = 0;
  for (const series of found) {
    const result = evaluate(series);
    if (result !== undefined) {
      results.push(result);
      total += points(result);
    }
    if (total > options.maxPoints) {
      throw new QueryError('execution', `the answer holds more than ${options.maxPoints} points`);
    }
    sinceBreath += series.times.length + 100;
    if (sinceBreath > BREATH_POINTS) {
      sinceBreath = 0;
      await options.breathe?.();
    }
    checkSignal(options.signal);
  }
  return results;
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const reason: unknown = signal.reason;
  throw reason instanceof QueryError
    ? reason
    : new QueryError('canceled', 'the query was canceled');
}

function lengthOf(series: SeriesSlice): number {
  return series.times.length;
}

function plain(value: QueryValue): QueryResult {
  return { value, warnings: [], infos: [] };
}
