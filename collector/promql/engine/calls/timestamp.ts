/** `timestamp`: when a selected sample was taken; of anything computed, the time of the step. */
import type { Call, Expr } from '../../ast.ts';
import { bare } from '../bare.ts';
import { ABSENT, type Column, put, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { streamSelector } from '../select/instant.ts';
import type { Steps } from '../steps.ts';

export async function streamTimestamp(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const arg = bare(call.args[0] as Expr);
  const named = (column: Column): void => {
    column.dropName = true;
    sink(column);
  };
  if (arg.kind === 'selector') return streamSelector(ev, arg, steps, named, 'times');
  await ev.stream(arg, steps, (column) => {
    for (let i = 0; i < steps.count; i++) {
      if (column.kinds[i] !== ABSENT) put(column, i, steps.time(i) / 1000);
    }
    named(column);
  });
}
