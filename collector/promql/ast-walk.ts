/** Ways through a tree. */
import type { Expr } from './ast.ts';

/** In the order in which they are written. A range's selector counts as its child. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr];
    case 'call':
      return expr.args;
    case 'matrix':
      return [expr.selector];
  }
}

/** Each node before its children; `path` leads from the root to its parent. */
export function walk(
  root: Expr,
  visit: (expr: Expr, path: readonly Expr[]) => void,
  path: readonly Expr[] = [],
): void {
  visit(root, path);
  const longer = [...path, root];
  for (const child of children(root)) walk(child, visit, longer);
}
