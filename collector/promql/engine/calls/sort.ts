/** `sort` and its kin: they order an instant's vector; over a range there is nothing to order. */
import { LabelSet } from '../../../core/label-set.ts';
import type { Call, Expr } from '../../ast.ts';
import { bare } from '../bare.ts';
import { ABSENT, type Column, HISTOGRAM, isEmpty, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { sortInTurns } from '../sort.ts';
import type { Steps } from '../steps.ts';
import { compareNatural } from './natural.ts';

type Order = (a: Column, b: Column) => number;

/** Histograms have no place in an order of values. NaN comes last, whichever way. */
export async function streamSorted(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const columns: Column[] = [];
  await ev.stream(call.args[0] as Expr, steps, (column) => {
    const { kinds } = column;
    for (let i = 0; i < kinds.length; i++) if (kinds[i] === HISTOGRAM) kinds[i] = ABSENT;
    if (isEmpty(column)) steps.give(column);
    else columns.push(column);
  });
  const order = byValue(call.name === 'sort' ? 1 : -1);
  const { budget } = ev.query;
  (steps.count === 1 ? await sortInTurns(columns, order, budget) : columns).forEach(sink);
}

function byValue(sign: number): Order {
  return (a, b) => {
    const [left, right] = [a.values[0] as number, b.values[0] as number];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  };
}

export async function streamSortedByLabel(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [vector, ...rest] = call.args as [Expr, ...Expr[]];
  const names = rest.map(bare).flatMap((arg) => (arg.kind === 'string' ? [arg.value] : []));
  const columns = await ev.collect(vector, steps);
  const sign = call.name === 'sort_by_label' ? 1 : -1;
  const order = byLabels(names, sign);
  const { budget } = ev.query;
  (steps.count === 1 ? await sortInTurns(columns, order, budget) : columns).forEach(sink);
}

function byLabels(names: readonly string[], sign: number): Order {
  return (a, b) => {
    for (const name of names) {
      const order = compareNatural(a.labels.get(name), b.labels.get(name));
      if (order !== 0) return sign * order;
    }
    return sign * LabelSet.compare(a.labels, b.labels);
  };
}
