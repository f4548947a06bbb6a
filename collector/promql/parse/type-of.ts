/** What an expression yields. */
import type { Expr, ValueType } from '../ast.ts';
import { SIGNATURES } from '../signatures.ts';

export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'paren':
    case 'unary':
      return typeOf(expr.expr);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar'
        ? 'scalar'
        : 'vector';
    case 'call':
      return SIGNATURES.get(expr.name)?.returns ?? 'none';
    case 'matrix':
    case 'subquery':
      return 'matrix';
    case 'aggregate':
    case 'selector':
      return 'vector';
  }
}
