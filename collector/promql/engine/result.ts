/** From columns to the values that an engine answers with; here metric names that are to go, go. */
import { LabelSet } from '../../core/label-set.ts';
import type { HistogramValue, MatrixSeries, Value, VectorSample } from '../../core/query/engine.ts';
import type { Expr } from '../ast.ts';
import { typeOf } from '../parse/type-of.ts';
import { bare } from './bare.ts';
import { SERIES_WORK } from './budget.ts';
import { ABSENT, type Column, HISTOGRAM } from './column.ts';
import { isDistinct } from './distinct.ts';
import type { Evaluator } from './evaluator.ts';
import { MergingSink } from './merge.ts';
import { type RangeSeries, rangeInput } from './select/range.ts';
import { SlidingWindow } from './select/sliding-window.ts';
import { sortInTurns } from './sort.ts';
import type { Steps } from './steps.ts';

const ORDERING: ReadonlySet<string> = new Set([
  'bottomk',
  'sort',
  'sort_by_label',
  'sort_by_label_desc',
  'sort_desc',
  'topk',
]);

export async function instantValue(ev: Evaluator, expr: Expr, steps: Steps): Promise<Value> {
  const root = bare(expr);
  const { start: time } = steps;
  switch (typeOf(expr)) {
    case 'string':
      return { type: 'string', time, value: root.kind === 'string' ? root.value : '' };
    case 'scalar': {
      const [value] = await ev.scalar(expr, steps);
      return { type: 'scalar', time, value: value as number };
    }
    case 'matrix':
      return { type: 'matrix', series: await samplesInRange(ev, expr, steps) };
    default: {
      const samples = (await named(ev, expr, steps)).map((column) => sampleOf(column, time));
      return { type: 'vector', samples: keepsOrder(root) ? samples : await sorted(ev, samples) };
    }
  }
}

export async function rangeValue(ev: Evaluator, expr: Expr, steps: Steps): Promise<Value> {
  if (steps.count === 0) return { type: 'matrix', series: [] };
  if (typeOf(expr) === 'scalar') {
    const values = await ev.scalar(expr, steps);
    const times = values.map((_, index) => steps.time(index));
    return { type: 'matrix', series: [{ labels: LabelSet.EMPTY, times, values }] };
  }
  const series: MatrixSeries[] = [];
  for (const column of await named(ev, expr, steps)) {
    series.push(seriesOf(column, steps));
    if (ev.query.budget.spend(steps.count + SERIES_WORK)) await ev.query.budget.pause();
  }
  return { type: 'matrix', series: await sorted(ev, series) };
}

/** The columns under their final labels. */
async function named(ev: Evaluator, expr: Expr, steps: Steps): Promise<Column[]> {
  const { budget } = ev.query;
  const columns = await ev.collect(expr, steps);
  for (const column of columns) {
    if (column.dropName) column.labels = column.labels.withoutName();
    column.dropName = false;
    if (budget.spend(SERIES_WORK)) await budget.pause();
  }
  if (isDistinct(expr)) return columns;
  const merged = new MergingSink(steps);
  for (const column of columns) {
    merged.add(column);
    if (budget.spend(SERIES_WORK)) await budget.pause();
  }
  const left: Column[] = [];
  await merged.drain((column) => left.push(column), budget);
  return left;
}

function keepsOrder(root: Expr): boolean {
  if (root.kind === 'aggregate') return ORDERING.has(root.op);
  return root.kind === 'call' && ORDERING.has(root.name);
}

function sampleOf({ labels, values, kinds, histograms }: Column, time: number): VectorSample {
  const value = values[0] as number;
  const histogram = kinds[0] === HISTOGRAM ? histograms?.[0] : undefined;
  return histogram === undefined ? { labels, time, value } : { labels, time, value, histogram };
}

function seriesOf({ labels, values, kinds, histograms }: Column, steps: Steps): MatrixSeries {
  let count = 0;
  for (let i = 0; i < kinds.length; i++) if (kinds[i] !== ABSENT) count++;
  const times = new Float64Array(count);
  const kept = count === values.length ? values : new Float64Array(count);
  const keptHistograms: (HistogramValue | undefined)[] = [];
  let at = 0;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === ABSENT) continue;
    times[at] = steps.time(i);
    kept[at] = values[i] as number;
    if (kinds[i] === HISTOGRAM) keptHistograms[at] = histograms?.[i];
    at++;
  }
  const series = { labels, times, values: kept };
  return keptHistograms.length === 0 ? series : { ...series, histograms: keptHistograms };
}

/** A range selector by itself: its samples as they are. */
async function samplesInRange(ev: Evaluator, expr: Expr, steps: Steps): Promise<MatrixSeries[]> {
  const input = await rangeInput(ev, expr, steps);
  const window = new SlidingWindow(input.rangeMs);
  const series: MatrixSeries[] = [];
  for await (const portion of input.portions) {
    for (const one of portion) {
      window.over(one);
      if (!window.moveTo(input.reach.start)) continue;
      series.push(cut(one, window));
      ev.query.budget.hold(window.end - window.first);
    }
  }
  return sorted(ev, series);
}

/** Copies of what is in the window. */
function cut(one: RangeSeries, { first, end }: SlidingWindow): MatrixSeries {
  const labels = one.dropName ? one.labels.withoutName() : one.labels;
  const times = one.times.slice(first, end);
  const values = one.values.slice(first, end);
  const histograms = one.histograms?.slice(first, end);
  const any = histograms?.some((histogram) => histogram !== undefined) === true;
  return any ? { labels, times, values, histograms } : { labels, times, values };
}

function sorted<T extends { readonly labels: LabelSet }>(
  ev: Evaluator,
  series: readonly T[],
): Promise<T[]> {
  return sortInTurns(series, (a, b) => LabelSet.compare(a.labels, b.labels), ev.query.budget);
}
