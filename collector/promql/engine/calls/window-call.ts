/** Functions over ranges: a window slides over each series and yields a sample at each step. */
import { METRIC_NAME } from '../../../core/label-set.ts';
import type { Call, Expr } from '../../ast.ts';
import type { WindowFunction } from '../../functions/function.ts';
import { SERIES_WORK } from '../budget.ts';
import { type Column, isEmpty, put, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { RangeInput, RangeSeries } from '../select/range.ts';
import { rangeInput } from '../select/range.ts';
import { SlidingWindow } from '../select/sliding-window.ts';
import type { Steps } from '../steps.ts';
import { CallContext } from './context.ts';
import { marginOf } from './modifiers.ts';
import { ScalarArgs } from './scalars.ts';

export async function streamWindowCall(
  ev: Evaluator,
  call: Call,
  fn: WindowFunction,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const { budget, notes } = ev.query;
  const scalars = await ScalarArgs.of(ev, call.args, steps);
  const margin = marginOf(call, fn, ev.query.lookbackMs);
  const input = await rangeInput(ev, call.args[fn.rangeArg] as Expr, steps, margin);
  const window = new SlidingWindow(input.rangeMs, margin);
  const work = new WindowWork(fn, input, scalars, steps, new CallContext(notes, call), window);
  for await (const portion of input.portions) {
    for (const series of portion) {
      const column = work.run(series);
      if (isEmpty(column)) steps.give(column);
      else sink(column);
      if (budget.spend(series.times.length + steps.count * 4 + SERIES_WORK)) await budget.pause();
    }
  }
}

class WindowWork {
  private readonly fn: WindowFunction;
  private readonly input: RangeInput;
  private readonly scalars: ScalarArgs;
  private readonly steps: Steps;
  private readonly context: CallContext;
  private readonly window: SlidingWindow;

  constructor(
    fn: WindowFunction,
    input: RangeInput,
    scalars: ScalarArgs,
    steps: Steps,
    context: CallContext,
    window: SlidingWindow,
  ) {
    this.fn = fn;
    this.input = input;
    this.scalars = scalars;
    this.steps = steps;
    this.context = context;
    this.window = window;
  }

  run(series: RangeSeries): Column {
    const { fn, steps, context, window, scalars } = this;
    const { start, step } = this.input.reach;
    const column = steps.take(series.labels, series.dropName || fn.keepsName !== true);
    context.metricName = series.labels.get(METRIC_NAME);
    window.over(series);
    for (let i = 0; i < steps.count; i++) {
      if (!window.moveTo(start + i * step)) continue;
      context.time = steps.time(i);
      const sample = fn.apply(window, scalars.at(i), context);
      if (sample !== undefined) put(column, i, sample);
    }
    return column;
  }
}
