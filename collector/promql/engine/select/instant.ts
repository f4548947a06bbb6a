/** An instant selector: at each step the newest sample within the look-back. */
import type { VectorSelector } from '../../ast.ts';
import type { SourceSeries } from '../../source.ts';
import { SERIES_WORK } from '../budget.ts';
import { type Column, isEmpty, putHistogram, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { isStale, lastAt, load } from './raw.ts';
import { type Reach, reachOf } from './reach.ts';
import { streamSmoothed } from './smoothed.ts';

/** `values`: what the samples hold; `times`: when they were taken, in seconds. */
export type Wanted = 'values' | 'times';

export async function streamSelector(
  ev: Evaluator,
  node: VectorSelector,
  steps: Steps,
  sink: Sink,
  wanted: Wanted = 'values',
): Promise<void> {
  if (node.modifier === 'smoothed') return streamSmoothed(ev, node, steps, sink);
  const { query } = ev;
  const reach = reachOf(node, query, steps);
  const loaded = load(query, node.matchers, reach.start - query.lookbackMs, reach.end);
  for await (const portion of loaded) {
    for (const series of portion) {
      const column = steps.take(series.labels, false);
      if (wanted === 'values') fill(column, series, reach, query.lookbackMs);
      else fillTimes(column, series, reach, query.lookbackMs);
      if (isEmpty(column)) steps.give(column);
      else sink(column);
      if (query.budget.spend(series.times.length + steps.count + SERIES_WORK))
        await query.budget.pause();
    }
  }
}

function fill(column: Column, series: SourceSeries, reach: Reach, lookbackMs: number): void {
  const { times, values, histograms } = series;
  let index = lastAt(times, reach.start);
  for (let i = 0; i < reach.count; i++) {
    const ref = reach.start + i * reach.step;
    while (index + 1 < times.length && (times[index + 1] as number) <= ref) index++;
    if (index < 0 || (times[index] as number) <= ref - lookbackMs) continue;
    const histogram = histograms?.[index];
    if (histogram !== undefined) {
      putHistogram(column, i, histogram);
      continue;
    }
    const value = values[index] as number;
    if (Number.isNaN(value) && isStale(values, index)) continue;
    column.values[i] = value;
    column.kinds[i] = 1;
  }
}

function fillTimes(column: Column, series: SourceSeries, reach: Reach, lookbackMs: number): void {
  const { times, values, histograms } = series;
  for (let i = 0; i < reach.count; i++) {
    const ref = reach.start + i * reach.step;
    const index = lastAt(times, ref);
    const time = times[index];
    if (time === undefined || time <= ref - lookbackMs) continue;
    const histogram = histograms?.[index];
    if (histogram === undefined && isStale(values, index)) continue;
    // Left beside the time, so that it can be told what kind of sample was taken then.
    if (histogram !== undefined) putHistogram(column, i, histogram);
    column.values[i] = time / 1000;
    column.kinds[i] = 1;
  }
}
