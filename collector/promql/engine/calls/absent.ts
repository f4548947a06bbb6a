/** `absent` and `absent_over_time`: 1 where nothing is, under the labels that were asked for. */
import { LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { Call, Expr } from '../../ast.ts';
import { bare } from '../bare.ts';
import { SERIES_WORK } from '../budget.ts';
import { ABSENT, isEmpty, put, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { rangeInput } from '../select/range.ts';
import { SlidingWindow } from '../select/sliding-window.ts';
import type { Steps } from '../steps.ts';

export async function streamAbsent(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const present = new Uint8Array(steps.count);
  const arg = call.args[0] as Expr;
  await ev.stream(arg, steps, (column) => {
    const { kinds } = column;
    for (let i = 0; i < kinds.length; i++) if (kinds[i] !== ABSENT) present[i] = 1;
    steps.give(column);
  });
  yieldAbsent(arg, present, steps, sink);
}

export async function streamAbsentOverTime(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const { budget } = ev.query;
  const present = new Uint8Array(steps.count);
  const arg = call.args[0] as Expr;
  const input = await rangeInput(ev, arg, steps);
  const window = new SlidingWindow(input.rangeMs);
  for await (const portion of input.portions) {
    for (const series of portion) {
      window.over(series);
      for (let i = 0; i < steps.count; i++) {
        if (window.moveTo(input.reach.start + i * input.reach.step)) present[i] = 1;
      }
      if (budget.spend(window.times.length + steps.count + SERIES_WORK)) await budget.pause();
    }
  }
  yieldAbsent(arg, present, steps, sink);
}

function yieldAbsent(arg: Expr, present: Uint8Array, steps: Steps, sink: Sink): void {
  const column = steps.take(askedFor(arg), false);
  for (let i = 0; i < present.length; i++) if (present[i] === 0) put(column, i, 1);
  if (isEmpty(column)) steps.give(column);
  else sink(column);
}

/** The labels that a selector fixes by `=`, each once. */
function askedFor(arg: Expr): LabelSet {
  const node = bare(arg);
  const selector = node.kind === 'matrix' ? node.selector : node;
  if (selector.kind !== 'selector') return LabelSet.EMPTY;
  const wanted = new Map<string, string>();
  const spoiled = new Set<string>([METRIC_NAME]);
  for (const { name, op, value } of selector.matchers) {
    if (op === '=' && !wanted.has(name)) wanted.set(name, value);
    else spoiled.add(name);
  }
  return LabelSet.of([...wanted].filter(([name]) => !spoiled.has(name)));
}
