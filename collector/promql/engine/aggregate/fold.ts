/** An aggregation that takes its series one after the other and keeps one column for each group. */
import type { Annotations } from '../../annotations.ts';
import type { Aggregate } from '../../ast.ts';
import type { Budget } from '../budget.ts';
import type { Column } from '../column.ts';
import type { Steps } from '../steps.ts';

export interface FoldContext {
  /** The query's. */
  readonly text: string;
  readonly node: Aggregate;
  readonly notes: Annotations;
  readonly steps: Steps;
  readonly budget: Budget;
  /** The parameter at each step; empty when there is none. */
  readonly param: Float64Array;
}

export interface Fold {
  /** The columns stay with the fold, which gives them back at its end. */
  readonly keeps?: true;
  add(column: Column): void;
  /** Called once, after the last `add`. `out` is empty. */
  finish(out: Column): void | Promise<void>;
}

export type FoldFactory = (context: FoldContext) => Fold;

/** For what knows nothing of histograms. */
export function noteIgnored({ node, notes }: FoldContext): void {
  notes.info(`ignored histogram in ${node.op} aggregation`, node.expr.span);
}
