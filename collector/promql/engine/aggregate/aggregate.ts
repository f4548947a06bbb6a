/** Aggregations: what each operator makes of the series of a group. */
import { QueryError } from '../../../core/query/types.ts';
import type { Aggregate, AggregateOp } from '../../ast.ts';
import { typeOf } from '../../parse/type-of.ts';
import { bare } from '../bare.ts';
import { SERIES_WORK } from '../budget.ts';
import { type Column, isEmpty, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { AvgFold } from './avg.ts';
import { CountFold } from './count.ts';
import { CountValues } from './count-values.ts';
import { DeviationFold } from './deviation.ts';
import { ExtremeFold } from './extremes.ts';
import type { Fold, FoldContext, FoldFactory } from './fold.ts';
import { type Group, Grouping } from './grouping.ts';
import { LimitK, LimitRatio } from './limit.ts';
import { checkCounts, checkQuantiles, checkRatios } from './parameters.ts';
import { QuantileFold } from './quantile.ts';
import type { Spread, SpreadFactory } from './spread.ts';
import { SumFold } from './sum.ts';
import { TopK } from './topk.ts';

/** One column out of each group. */
const FOLDS: ReadonlyMap<AggregateOp, FoldFactory> = new Map<AggregateOp, FoldFactory>([
  ['sum', (context) => new SumFold(context)],
  ['avg', (context) => new AvgFold(context)],
  ['count', (context) => new CountFold(context)],
  ['group', (context) => new CountFold(context)],
  ['min', (context) => new ExtremeFold(context)],
  ['max', (context) => new ExtremeFold(context)],
  ['stddev', (context) => new DeviationFold(context)],
  ['stdvar', (context) => new DeviationFold(context)],
  ['quantile', (context) => new QuantileFold(context)],
]);

/** As many columns out of each group as they like. */
const SPREADS: ReadonlyMap<AggregateOp, SpreadFactory> = new Map<AggregateOp, SpreadFactory>([
  ['topk', (context) => new TopK(context)],
  ['bottomk', (context) => new TopK(context)],
  ['limitk', (context) => new LimitK(context)],
  ['limit_ratio', (context) => new LimitRatio(context)],
  ['count_values', (context) => new CountValues(context)],
]);

type Check = (context: FoldContext) => void;
const CHECKS: ReadonlyMap<AggregateOp, Check> = new Map<AggregateOp, Check>([
  ['topk', checkCounts],
  ['bottomk', checkCounts],
  ['limitk', checkCounts],
  ['limit_ratio', checkRatios],
  ['quantile', checkQuantiles],
]);

export async function streamAggregate(
  ev: Evaluator,
  node: Aggregate,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const { param } = node;
  const scalar = param !== undefined && typeOf(param) === 'scalar';
  const values = scalar ? await ev.scalar(bare(param), steps) : new Float64Array(0);
  const { notes, text, budget } = ev.query;
  const context: FoldContext = { text, budget, node, notes, steps, param: values };
  CHECKS.get(node.op)?.(context);
  const fold = FOLDS.get(node.op);
  if (fold !== undefined) return streamFolds(ev, context, sink, fold);
  const spread = SPREADS.get(node.op);
  if (spread === undefined) throw new QueryError('internal', `unknown aggregation ${node.op}`);
  return streamSpread(ev, context, sink, spread(context));
}

interface Folding {
  readonly group: Group;
  readonly fold: Fold;
  dropName: boolean;
}

async function streamFolds(
  ev: Evaluator,
  context: FoldContext,
  sink: Sink,
  make: FoldFactory,
): Promise<void> {
  const { node, steps } = context;
  const { budget } = ev.query;
  const grouping = new Grouping(node);
  const foldings: Folding[] = [];
  await ev.stream(node.expr, steps, (column) => {
    const group = grouping.of(column.labels);
    let folding = foldings[group.index];
    if (folding === undefined) {
      // A fold holds about as much as a column.
      budget.hold(steps.count);
      folding = { group, fold: make(context), dropName: false };
      foldings.push(folding);
    }
    folding.dropName ||= column.dropName;
    folding.fold.add(column);
    if (folding.fold.keeps !== true) steps.give(column);
  });
  for (const { group, fold, dropName } of foldings) {
    const out: Column = steps.take(group.labels, dropName);
    await fold.finish(out);
    budget.release(steps.count);
    if (isEmpty(out)) steps.give(out);
    else sink(out);
    if (budget.spend(steps.count + SERIES_WORK)) await budget.pause();
  }
}

async function streamSpread(
  ev: Evaluator,
  { node, steps }: FoldContext,
  sink: Sink,
  spread: Spread,
): Promise<void> {
  const grouping = new Grouping(node);
  await ev.stream(node.expr, steps, (column) => {
    spread.add(grouping.of(column.labels), column, sink);
  });
  await spread.finish(sink);
}
