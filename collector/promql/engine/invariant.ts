/** Whether an expression has the same value at every step: all its samples are fixed by `@`. */
import type { Expr } from '../ast.ts';

/** Functions that see the time of the step by themselves. */
const TIMED: ReadonlySet<string> = new Set([
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'info',
  'minute',
  'month',
  'predict_linear',
  'time',
  'timestamp',
  'year',
]);

export class Invariants {
  private readonly known = new Map<Expr, boolean>();

  has(expr: Expr): boolean {
    let known = this.known.get(expr);
    if (known === undefined) {
      known = this.decide(expr);
      this.known.set(expr, known);
    }
    return known;
  }

  private decide(expr: Expr): boolean {
    switch (expr.kind) {
      case 'number':
      case 'string':
        return true;
      case 'paren':
      case 'unary':
        return this.has(expr.expr);
      case 'binary':
        return this.has(expr.left) && this.has(expr.right);
      case 'aggregate':
        return this.has(expr.expr) && (expr.param === undefined || this.has(expr.param));
      case 'call':
        return !TIMED.has(expr.name) && expr.args.every((arg) => this.has(arg));
      case 'selector':
      case 'subquery':
        return expr.at !== undefined;
      case 'matrix':
        return this.has(expr.selector);
    }
  }
}
