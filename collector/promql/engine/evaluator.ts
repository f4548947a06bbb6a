/** What the families of operators and functions see of the evaluation around them. */
import type { Annotations } from '../annotations.ts';
import type { Expr } from '../ast.ts';
import type { SampleSource } from '../source.ts';
import type { Budget } from './budget.ts';
import type { Column, Sink } from './column.ts';
import type { Steps } from './steps.ts';

export interface QueryState {
  /** What was asked, for errors that quote it. */
  readonly text: string;
  readonly source: SampleSource;
  readonly notes: Annotations;
  readonly budget: Budget;
  readonly lookbackMs: number;
  /** Of a subquery that names none. */
  readonly subqueryStepMs: number;
  /** Of the whole query, as `@ start()`, `@ end()` and `step()` see it; UTC milliseconds. */
  readonly start: number;
  readonly end: number;
  /** 0 at an instant. */
  readonly stepMs: number;
}

export interface Evaluator {
  readonly query: QueryState;
  /** Hands the columns of a vector to `sink`, one by one; none of them is empty. */
  stream(expr: Expr, steps: Steps, sink: Sink): Promise<void>;
  /** All columns of a vector. */
  collect(expr: Expr, steps: Steps): Promise<Column[]>;
  /** A scalar at each step. */
  scalar(expr: Expr, steps: Steps): Promise<Float64Array>;
}
