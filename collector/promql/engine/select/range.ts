/** What a range selector or a subquery covers: for each series all samples, to slide windows over. */
import type { LabelSet } from '../../../core/label-set.ts';
import { QueryError } from '../../../core/query/types.ts';
import type { Expr, MatrixSelector, Subquery } from '../../ast.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { SourceSeries } from '../../source.ts';
import { bare } from '../bare.ts';
import { ABSENT, type Column, HISTOGRAM } from '../column.ts';
import { rangeOf, resolutionOf } from '../durations.ts';
import type { Evaluator } from '../evaluator.ts';
import { Steps } from '../steps.ts';
import { load, withoutMarkers } from './raw.ts';
import { type Reach, reachOf } from './reach.ts';

/** Without staleness markers. */
export interface RangeSeries {
  readonly labels: LabelSet;
  readonly dropName: boolean;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms: readonly (FloatHistogram | undefined)[] | undefined;
  readonly starts: Float64Array | undefined;
}

export interface RangeInput {
  readonly reach: Reach;
  readonly rangeMs: number;
  /** Some series at a time: those of one portion are gone with the next. */
  readonly portions: AsyncIterable<readonly RangeSeries[]>;
}

/** How far beyond the range samples are wanted, for `anchored` and `smoothed`. */
export interface Margin {
  readonly before: number;
  readonly after: number;
}

export const NO_MARGIN: Margin = { before: 0, after: 0 };

/** Of a subquery: their samples are copied. */
const COLUMNS_AT_ONCE = 256;

export async function rangeInput(
  ev: Evaluator,
  expr: Expr,
  steps: Steps,
  margin: Margin = NO_MARGIN,
): Promise<RangeInput> {
  const node = bare(expr);
  if (node.kind === 'matrix') return ofSelector(ev, node, steps, margin);
  if (node.kind === 'subquery') return ofSubquery(ev, node, steps);
  throw new QueryError('internal', `expected a range vector, got ${node.kind}`);
}

function ofSelector(
  ev: Evaluator,
  node: MatrixSelector,
  steps: Steps,
  { before, after }: Margin,
): RangeInput {
  const { query } = ev;
  const reach = reachOf(node.selector, query, steps);
  const rangeMs = rangeOf(node, query);
  const { matchers } = node.selector;
  const start = reach.start - rangeMs - before;
  const loaded = load(query, matchers, start, reach.end + after);
  return { reach, rangeMs, portions: unmarked(loaded) };
}

async function* unmarked(
  loaded: AsyncIterable<readonly SourceSeries[]>,
): AsyncGenerator<readonly RangeSeries[]> {
  for await (const portion of loaded) {
    yield portion.map((series) => {
      const { labels, times, values, histograms, starts } = withoutMarkers(series);
      return { labels, dropName: false, times, values, histograms, starts };
    });
  }
}

async function ofSubquery(ev: Evaluator, node: Subquery, steps: Steps): Promise<RangeInput> {
  const { query } = ev;
  const reach = reachOf(node, query, steps);
  const rangeMs = rangeOf(node, query);
  const inner = innerSteps(ev, reach, rangeMs, resolutionOf(node, query));
  const columns = inner === undefined ? [] : await ev.collect(node.expr, inner);
  return { reach, rangeMs, portions: evaluated(columns, inner as Steps) };
}

async function* evaluated(
  columns: readonly Column[],
  steps: Steps,
): AsyncGenerator<readonly RangeSeries[]> {
  for (let begin = 0; begin < columns.length; begin += COLUMNS_AT_ONCE) {
    const portion = columns.slice(begin, begin + COLUMNS_AT_ONCE);
    yield portion.map((column) => samplesOf(column, steps));
    for (const column of portion) steps.give(column);
  }
}

/** The multiples of the resolution within the reach, open on the left. */
function innerSteps(
  ev: Evaluator,
  reach: Reach,
  rangeMs: number,
  resolution: number,
): Steps | undefined {
  const start = (Math.floor((reach.start - rangeMs) / resolution) + 1) * resolution;
  const count = Math.floor((reach.end - start) / resolution) + 1;
  if (count <= 0) return undefined;
  // Refuses a resolution that no memory could hold before any is taken.
  ev.query.budget.hold(count);
  ev.query.budget.release(count);
  return new Steps(ev.query.budget, start, resolution, count);
}

function samplesOf(column: Column, steps: Steps): RangeSeries {
  const { labels, dropName, kinds } = column;
  let count = 0;
  for (let i = 0; i < kinds.length; i++) if (kinds[i] !== ABSENT) count++;
  const times = new Float64Array(count);
  const values = new Float64Array(count);
  const histograms: (FloatHistogram | undefined)[] = [];
  let at = 0;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === ABSENT) continue;
    times[at] = steps.time(i);
    values[at] = column.values[i] as number;
    if (kinds[i] === HISTOGRAM) histograms[at] = unhinted(column.histograms?.[i] as FloatHistogram);
    at++;
  }
  return {
    labels,
    dropName,
    times,
    values,
    histograms: histograms.length > 0 ? histograms : undefined,
    starts: undefined,
  };
}

/** A subquery may skip or repeat samples, so what they say about counter resets is worth nothing. */
function unhinted(histogram: FloatHistogram): FloatHistogram {
  const { counterReset } = histogram;
  const hinted = counterReset === 'reset' || counterReset === 'not-reset';
  return hinted ? histogram.withCounterReset('unknown') : histogram;
}
