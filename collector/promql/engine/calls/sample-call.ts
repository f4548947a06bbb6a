/** Functions of single samples. */
import { LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { Call } from '../../ast.ts';
import type { SampleFunction } from '../../functions/function.ts';
import { ABSENT, type Column, isEmpty, put, type Sink, sampleAt } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { CallContext } from './context.ts';
import { ScalarArgs } from './scalars.ts';

export async function streamSampleCall(
  ev: Evaluator,
  call: Call,
  fn: SampleFunction,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const scalars = await ScalarArgs.of(ev, call.args, steps);
  const context = new CallContext(ev.query.notes, call);
  const each = (column: Column): void => {
    apply(column, fn, scalars, steps, context);
    if (fn.keepsName !== true) column.dropName = true;
    if (isEmpty(column)) steps.give(column);
    else sink(column);
  };
  const arg = call.args[fn.vectorArg];
  if (arg === undefined) each(times(steps));
  else await ev.stream(arg, steps, each);
}

function apply(
  column: Column,
  fn: SampleFunction,
  scalars: ScalarArgs,
  steps: Steps,
  context: CallContext,
): void {
  const { kinds } = column;
  context.metricName = column.labels.get(METRIC_NAME);
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === ABSENT) continue;
    context.time = steps.time(i);
    const sample = fn.apply(sampleAt(column, i), scalars.at(i), context);
    if (sample === undefined) kinds[i] = ABSENT;
    else put(column, i, sample);
  }
}

/** `vector(time())`. */
function times(steps: Steps): Column {
  const column = steps.take(LabelSet.EMPTY, false);
  for (let i = 0; i < steps.count; i++) put(column, i, steps.time(i) / 1000);
  return column;
}
