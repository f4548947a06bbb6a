/** A vector with a scalar: each series stays what it was, its samples change or go. */
import type { Binary } from '../../ast.ts';
import { typeOf } from '../../parse/type-of.ts';
import { ABSENT, type Column, isEmpty, NUMBER, put, type Sink, sampleAt } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { Combiner } from './elements.ts';
import { arithmetic, compare, isArithmetic, isComparison } from './kernel.ts';

export async function streamVectorScalar(
  ev: Evaluator,
  node: Binary,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const scalarLeft = typeOf(node.left) === 'scalar';
  const scalar = await ev.scalar(scalarLeft ? node.left : node.right, steps);
  const side = new ScalarSide(node, scalar, scalarLeft, new Combiner(node, ev.query.notes));
  await ev.stream(scalarLeft ? node.right : node.left, steps, (column) => {
    side.apply(column);
    if (isEmpty(column)) steps.give(column);
    else sink(column);
  });
}

class ScalarSide {
  private readonly node: Binary;
  private readonly scalar: Float64Array;
  private readonly scalarLeft: boolean;
  private readonly combiner: Combiner;
  private readonly kept: Uint8Array;

  constructor(node: Binary, scalar: Float64Array, scalarLeft: boolean, combiner: Combiner) {
    this.node = node;
    this.scalar = scalar;
    this.scalarLeft = scalarLeft;
    this.combiner = combiner;
    this.kept = new Uint8Array(scalar.length);
  }

  apply(column: Column): void {
    const { op, bool } = this.node;
    if (isArithmetic(op) || bool) column.dropName = true;
    if (column.histograms !== undefined) this.each(column);
    else if (isArithmetic(op)) this.calculate(column);
    else if (isComparison(op)) this.compare(column);
    else this.each(column);
  }

  private calculate({ values }: Column): void {
    const { scalar, scalarLeft } = this;
    const op = this.node.op as Parameters<typeof arithmetic>[0];
    arithmetic(op, scalarLeft ? scalar : values, scalarLeft ? values : scalar, values);
  }

  private compare({ values, kinds }: Column): void {
    const { scalar, scalarLeft, kept } = this;
    const op = this.node.op as Parameters<typeof compare>[0];
    const [left, right] = scalarLeft ? [scalar, values] : [values, scalar];
    if (this.node.bool) return compare(op, left, right, values);
    compare(op, left, right, kept);
    for (let i = 0; i < kinds.length; i++) kinds[i] = (kinds[i] as number) & (kept[i] as number);
  }

  private each(column: Column): void {
    const { kinds } = column;
    for (let i = 0; i < kinds.length; i++) if (kinds[i] !== ABSENT) this.one(column, i);
  }

  private one(column: Column, i: number): void {
    const { op, bool } = this.node;
    const own = sampleAt(column, i);
    const scalar = this.scalar[i] as number;
    const result = this.scalarLeft
      ? this.combiner.combine(scalar, own)
      : this.combiner.combine(own, scalar);
    if (result === undefined) column.kinds[i] = ABSENT;
    else if (bool) {
      column.values[i] = result.keep ? 1 : 0;
      column.kinds[i] = NUMBER;
    } else if (!result.keep) column.kinds[i] = ABSENT;
    else if (!isComparison(op)) put(column, i, result.sample);
  }
}
