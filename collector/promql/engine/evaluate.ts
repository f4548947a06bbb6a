/** Walks the tree: each node yields its series over all steps at once, column by column. */

import { QueryError } from '../../core/query/types.ts';
import type { Binary, Call, Expr, Unary } from '../ast.ts';
import { streamAggregate } from './aggregate/aggregate.ts';
import { streamBinary } from './binary/binary.ts';
import { applyScalars } from './binary/kernel.ts';
import { SERIES_WORK } from './budget.ts';
import { scalarCall, streamCall } from './calls/call.ts';
import { type Column, copyStep, type Sink } from './column.ts';
import type { Evaluator, QueryState } from './evaluator.ts';
import { Invariants } from './invariant.ts';
import { negate } from './negate.ts';
import { streamSelector } from './select/instant.ts';
import type { Steps } from './steps.ts';

export class TreeEvaluator implements Evaluator {
  readonly query: QueryState;
  private readonly invariants = new Invariants();

  constructor(query: QueryState) {
    this.query = query;
  }

  stream(expr: Expr, steps: Steps, sink: Sink): Promise<void> {
    const { budget } = this.query;
    // Every node counts what passes through it: sources pause when a chain of nodes has done enough.
    const counted: Sink = (column) => {
      budget.spend(steps.count);
      sink(column);
    };
    const once = steps.count > 1 && this.invariants.has(expr);
    return once ? this.once(expr, steps, counted) : this.streamNode(expr, steps, counted);
  }

  private async streamNode(expr: Expr, steps: Steps, sink: Sink): Promise<void> {
    switch (expr.kind) {
      case 'paren':
        return this.stream(expr.expr, steps, sink);
      case 'unary':
        return this.stream(expr.expr, steps, expr.op === '-' ? (one) => sink(negate(one)) : sink);
      case 'binary':
        return streamBinary(this, expr, steps, sink);
      case 'aggregate':
        return streamAggregate(this, expr, steps, sink);
      case 'call':
        return streamCall(this, expr, steps, sink);
      case 'selector':
        return streamSelector(this, expr, steps, sink);
      default:
        throw new QueryError('internal', `expected a vector, got ${expr.kind}`);
    }
  }

  async collect(expr: Expr, steps: Steps): Promise<Column[]> {
    const columns: Column[] = [];
    await this.stream(expr, steps, (column) => columns.push(column));
    return columns;
  }

  async scalar(expr: Expr, steps: Steps): Promise<Float64Array> {
    switch (expr.kind) {
      case 'number':
        return new Float64Array(steps.count).fill(expr.value);
      case 'paren':
        return this.scalar(expr.expr, steps);
      case 'unary':
        return this.signed(expr, steps);
      case 'binary':
        return this.scalars(expr, steps);
      case 'call':
        return this.called(expr, steps);
      default:
        throw new QueryError('internal', `expected a scalar, got ${expr.kind}`);
    }
  }

  /** Evaluates at the first step and repeats what came out. */
  private async once(expr: Expr, steps: Steps, sink: Sink): Promise<void> {
    const first = steps.first();
    const { budget } = this.query;
    for (const one of await this.collect(expr, first)) {
      const column = steps.take(one.labels, one.dropName);
      copyStep(one, column, 0);
      column.values.fill(one.values[0] as number);
      column.kinds.fill(one.kinds[0] as number);
      if (one.histograms !== undefined) {
        column.histograms = Array.from({ length: steps.count }, () => one.histograms?.[0]);
      }
      first.give(one);
      sink(column);
      if (budget.spend(steps.count + SERIES_WORK)) await budget.pause();
    }
  }

  private async signed({ op, expr }: Unary, steps: Steps): Promise<Float64Array> {
    const values = await this.scalar(expr, steps);
    return op === '-' ? values.map((value) => -value) : values;
  }

  private async scalars(expr: Binary, steps: Steps): Promise<Float64Array> {
    const left = await this.scalar(expr.left, steps);
    applyScalars(expr.op, left, await this.scalar(expr.right, steps));
    return left;
  }

  private async called(expr: Call, steps: Steps): Promise<Float64Array> {
    if (steps.count === 1 || !this.invariants.has(expr)) return scalarCall(this, expr, steps);
    const [value] = await scalarCall(this, expr, steps.first());
    return new Float64Array(steps.count).fill(value as number);
  }
}
