/** Ranges, offsets and resolutions in milliseconds, those written as arithmetic too. */
import { QueryError } from '../../core/query/types.ts';
import type { DurationExpr, MatrixSelector, Subquery, VectorSelector } from '../ast.ts';
import type { QueryState } from './evaluator.ts';

export function offsetOf(node: VectorSelector | Subquery, query: QueryState): number {
  return node.offsetExpr === undefined ? node.offsetMs : milliseconds(node.offsetExpr, query);
}

export function rangeOf(node: MatrixSelector | Subquery, query: QueryState): number {
  if (node.rangeExpr === undefined) return node.rangeMs;
  return positive(milliseconds(node.rangeExpr, query));
}

export function resolutionOf(node: Subquery, query: QueryState): number {
  if (node.stepExpr !== undefined) return positive(milliseconds(node.stepExpr, query));
  return node.stepMs > 0 ? node.stepMs : query.subqueryStepMs;
}

function milliseconds(expr: DurationExpr, query: QueryState): number {
  const seconds = evaluate(expr, query);
  if (!Number.isFinite(seconds)) {
    throw new QueryError('bad_data', 'duration expression is not a finite number');
  }
  return Math.round(seconds * 1000);
}

function positive(ms: number): number {
  if (ms <= 0) throw new QueryError('bad_data', 'duration must be greater than 0');
  return ms;
}

function evaluate(expr: DurationExpr, query: QueryState): number {
  switch (expr.kind) {
    case 'duration':
      return expr.seconds;
    case 'step':
      return query.stepMs / 1000;
    case 'range':
      return (query.end - query.start) / 1000;
    case 'duration-sign': {
      const value = evaluate(expr.expr, query);
      return expr.op === '-' ? -value : value;
    }
    case 'duration-op':
      return combine(expr.op, evaluate(expr.left, query), evaluate(expr.right, query));
  }
}

type DurationOp = Extract<DurationExpr, { kind: 'duration-op' }>['op'];

function combine(op: DurationOp, left: number, right: number): number {
  if ((op === '/' || op === '%') && right === 0) {
    throw new QueryError('bad_data', op === '/' ? 'division by zero' : 'modulo by zero');
  }
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
    case 'min':
      return Math.min(left, right);
    case 'max':
      return Math.max(left, right);
  }
}
