/** What stands inside parentheses. */
import type { Expr } from '../ast.ts';

export function bare(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'paren') inner = inner.expr;
  return inner;
}
