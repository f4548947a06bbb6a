/** Calls: functions of windows and samples by the registry, the others by the table below. */
import { QueryError } from '../../../core/query/types.ts';
import type { Call } from '../../ast.ts';
import { FUNCTIONS } from '../../functions/index.ts';
import type { Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { streamAbsent, streamAbsentOverTime } from './absent.ts';
import { constant, extremeOf, scalarOf, streamVector, timeOf } from './convert.ts';
import { streamFraction, streamQuantile, streamQuantiles } from './histograms.ts';
import { streamInfo } from './info.ts';
import { streamLabelJoin, streamLabelReplace } from './labels.ts';
import { streamSampleCall } from './sample-call.ts';
import { streamSorted, streamSortedByLabel } from './sort.ts';
import { streamTimestamp } from './timestamp.ts';
import { streamWindowCall } from './window-call.ts';

type VectorCall = (ev: Evaluator, call: Call, steps: Steps, sink: Sink) => Promise<void>;
type ScalarCall = (ev: Evaluator, call: Call, steps: Steps) => Promise<Float64Array>;

const VECTOR_CALLS: ReadonlyMap<string, VectorCall> = new Map<string, VectorCall>([
  ['absent', streamAbsent],
  ['absent_over_time', streamAbsentOverTime],
  ['histogram_fraction', streamFraction],
  ['histogram_quantile', streamQuantile],
  ['histogram_quantiles', streamQuantiles],
  ['info', streamInfo],
  ['label_join', streamLabelJoin],
  ['label_replace', streamLabelReplace],
  ['sort', streamSorted],
  ['sort_desc', streamSorted],
  ['sort_by_label', streamSortedByLabel],
  ['sort_by_label_desc', streamSortedByLabel],
  ['timestamp', streamTimestamp],
  ['vector', streamVector],
]);

const SCALAR_CALLS: ReadonlyMap<string, ScalarCall> = new Map<string, ScalarCall>([
  ['end', constant(({ query }) => query.end / 1000)],
  ['max_of', extremeOf(Math.max)],
  ['min_of', extremeOf(Math.min)],
  ['pi', constant(() => Math.PI)],
  ['range', constant(({ query }) => (query.end - query.start) / 1000)],
  ['scalar', scalarOf],
  ['start', constant(({ query }) => query.start / 1000)],
  ['step', constant(({ query }) => query.stepMs / 1000)],
  ['time', timeOf],
]);

export function streamCall(ev: Evaluator, call: Call, steps: Steps, sink: Sink): Promise<void> {
  const own = VECTOR_CALLS.get(call.name);
  if (own !== undefined) return own(ev, call, steps, sink);
  const fn = FUNCTIONS.get(call.name);
  if (fn?.kind === 'window') return streamWindowCall(ev, call, fn, steps, sink);
  if (fn?.kind === 'sample') return streamSampleCall(ev, call, fn, steps, sink);
  throw new QueryError('internal', `function ${call.name} has no evaluation`);
}

export function scalarCall(ev: Evaluator, call: Call, steps: Steps): Promise<Float64Array> {
  const own = SCALAR_CALLS.get(call.name);
  if (own !== undefined) return own(ev, call, steps);
  throw new QueryError('internal', `function ${call.name} yields no scalar`);
}
