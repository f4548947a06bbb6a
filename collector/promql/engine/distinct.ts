/**
 * Whether the series of an expression are told apart by more than their metric names, so that none
 * of them can meet another when the names go. "No" costs time, not correctness.
 */
import { METRIC_NAME } from '../../core/label-set.ts';
import type { AggregateOp, Binary, Call, Expr } from '../ast.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { typeOf } from '../parse/type-of.ts';

/** They yield some of the series that they are given. */
const CHOOSING: ReadonlySet<AggregateOp> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio']);

export function isDistinct(expr: Expr): boolean {
  switch (expr.kind) {
    case 'selector':
      return expr.matchers.some(({ name, op }) => name === METRIC_NAME && op === '=');
    case 'matrix':
      return isDistinct(expr.selector);
    case 'paren':
    case 'unary':
    case 'subquery':
      return isDistinct(expr.expr);
    case 'aggregate':
      if (CHOOSING.has(expr.op)) return isDistinct(expr.expr);
      return expr.op !== 'count_values' && !expr.grouping.includes(METRIC_NAME);
    case 'binary':
      return ofBinary(expr);
    case 'call':
      return ofCall(expr);
    default:
      return false;
  }
}

function ofBinary({ op, left, right, matching }: Binary): boolean {
  if (op === 'and' || op === 'unless') return isDistinct(left);
  return matching === undefined && isDistinct(typeOf(left) === 'scalar' ? right : left);
}

function ofCall({ name, args }: Call): boolean {
  const fn = FUNCTIONS.get(name);
  if (fn === undefined || fn.kind === 'engine') return false;
  const arg = args[fn.kind === 'window' ? fn.rangeArg : fn.vectorArg];
  return arg !== undefined && isDistinct(arg);
}
