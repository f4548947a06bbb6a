/** Between scalars and vectors: `scalar`, `vector`, `time`, `pi`, and the query's own times. */
import { LabelSet } from '../../../core/label-set.ts';
import type { Call, Expr } from '../../ast.ts';
import { NUMBER, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';

export async function streamVector(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const values = await ev.scalar(call.args[0] as Expr, steps);
  const column = steps.take(LabelSet.EMPTY, false);
  column.values.set(values);
  column.kinds.fill(NUMBER);
  sink(column);
}

/** The value where there is exactly one, else NaN; histograms are not seen. */
export async function scalarOf(ev: Evaluator, call: Call, steps: Steps): Promise<Float64Array> {
  const out = new Float64Array(steps.count).fill(Number.NaN);
  const seen = new Uint8Array(steps.count);
  await ev.stream(call.args[0] as Expr, steps, (column) => {
    const { kinds, values } = column;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== NUMBER) continue;
      out[i] = seen[i] === 0 ? (values[i] as number) : Number.NaN;
      seen[i] = 1;
    }
    steps.give(column);
  });
  return out;
}

export function timeOf(_ev: Evaluator, _call: Call, steps: Steps): Promise<Float64Array> {
  const times = new Float64Array(steps.count);
  for (let i = 0; i < times.length; i++) times[i] = steps.time(i) / 1000;
  return Promise.resolve(times);
}

type Constant = (ev: Evaluator) => number;

export const constant =
  (value: Constant) =>
  (ev: Evaluator, _call: Call, steps: Steps): Promise<Float64Array> =>
    Promise.resolve(new Float64Array(steps.count).fill(value(ev)));

/** Of two scalars; NaN with anything is NaN. */
export const extremeOf =
  (choose: (a: number, b: number) => number) =>
  async (ev: Evaluator, { args }: Call, steps: Steps): Promise<Float64Array> => {
    const a = await ev.scalar(args[0] as Expr, steps);
    const b = await ev.scalar(args[1] as Expr, steps);
    return a.map((value, i) => choose(value, b[i] as number));
  };
