/** `metric smoothed`: at each step the line between the samples before and after it. */
import { QueryError } from '../../../core/query/types.ts';
import type { VectorSelector } from '../../ast.ts';
import type { SourceSeries } from '../../source.ts';
import { SERIES_WORK } from '../budget.ts';
import { type Column, isEmpty, put, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { lastAt, load, withoutMarkers } from './raw.ts';
import { type Reach, reachOf } from './reach.ts';

export async function streamSmoothed(
  ev: Evaluator,
  node: VectorSelector,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const { query } = ev;
  const { lookbackMs } = query;
  const reach = reachOf(node, query, steps);
  const loaded = load(query, node.matchers, reach.start - lookbackMs, reach.end + lookbackMs);
  for await (const portion of loaded) {
    for (const series of portion) {
      const column = steps.take(series.labels, false);
      fill(column, withoutMarkers(series), reach, lookbackMs);
      if (isEmpty(column)) steps.give(column);
      else sink(column);
      if (query.budget.spend(series.times.length + steps.count + SERIES_WORK))
        await query.budget.pause();
    }
  }
}

function fill(column: Column, series: SourceSeries, reach: Reach, lookbackMs: number): void {
  const { times, values } = series;
  refuseHistograms(series);
  for (let i = 0; i < reach.count; i++) {
    const ref = reach.start + i * reach.step;
    const before = lastAt(times, ref);
    const time = times[before];
    if (time === undefined || time <= ref - lookbackMs) continue;
    const value = values[before] as number;
    const next = times[before + 1];
    if (time === ref || next === undefined || next > ref + lookbackMs) put(column, i, value);
    else {
      const rise = (values[before + 1] as number) - value;
      put(column, i, value + (rise * (ref - time)) / (next - time));
    }
  }
}

function refuseHistograms({ histograms }: Pick<SourceSeries, 'histograms'>): void {
  if (histograms?.some((one) => one !== undefined) === true) {
    throw new QueryError(
      'execution',
      'smoothed and anchored modifiers do not work with native histograms',
    );
  }
}
