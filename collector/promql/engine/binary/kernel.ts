/** The arithmetic and comparisons of two columns of numbers, one tight loop each. */
import { QueryError } from '../../../core/query/types.ts';
import type { ArithmeticOp, BinaryOp, ComparisonOp } from '../../ast.ts';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=']);
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^', 'atan2']);

export function isComparison(op: BinaryOp): op is ComparisonOp {
  return COMPARISONS.has(op);
}

export function isArithmetic(op: BinaryOp): op is ArithmeticOp {
  return ARITHMETIC.has(op);
}

/** `out` may be one of the two. */
export function arithmetic(
  op: ArithmeticOp,
  left: Float64Array,
  right: Float64Array,
  out: Float64Array,
): void {
  switch (op) {
    case '+':
      for (let i = 0; i < out.length; i++) out[i] = (left[i] as number) + (right[i] as number);
      return;
    case '-':
      for (let i = 0; i < out.length; i++) out[i] = (left[i] as number) - (right[i] as number);
      return;
    case '*':
      for (let i = 0; i < out.length; i++) out[i] = (left[i] as number) * (right[i] as number);
      return;
    case '/':
      for (let i = 0; i < out.length; i++) out[i] = (left[i] as number) / (right[i] as number);
      return;
    default:
      for (let i = 0; i < out.length; i++) {
        out[i] = calculate(op, left[i] as number, right[i] as number);
      }
  }
}

/** 1 where it holds. */
export function compare(
  op: ComparisonOp,
  left: Float64Array,
  right: Float64Array,
  out: Uint8Array | Float64Array,
): void {
  switch (op) {
    case '==':
      for (let i = 0; i < out.length; i++) out[i] = left[i] === right[i] ? 1 : 0;
      return;
    case '!=':
      for (let i = 0; i < out.length; i++) out[i] = left[i] !== right[i] ? 1 : 0;
      return;
    case '<':
      for (let i = 0; i < out.length; i++) out[i] = lt(left[i], right[i]);
      return;
    case '>':
      for (let i = 0; i < out.length; i++) out[i] = lt(right[i], left[i]);
      return;
    case '<=':
      for (let i = 0; i < out.length; i++) out[i] = le(left[i], right[i]);
      return;
    case '>=':
      for (let i = 0; i < out.length; i++) out[i] = le(right[i], left[i]);
  }
}

const lt = (a: number | undefined, b: number | undefined): number =>
  (a as number) < (b as number) ? 1 : 0;
const le = (a: number | undefined, b: number | undefined): number =>
  (a as number) <= (b as number) ? 1 : 0;

export function calculate(op: ArithmeticOp, left: number, right: number): number {
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
      return power(left, right);
    case 'atan2':
      return Math.atan2(left, right);
  }
}

/** IEEE 754's: 1 to any power, and -1 to an infinite one, is 1; ECMAScript says NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

export function holds(op: ComparisonOp, left: number, right: number): boolean {
  switch (op) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
  }
}

/** Two scalars; the result takes the place of the left one. */
export function applyScalars(op: BinaryOp, left: Float64Array, right: Float64Array): void {
  if (isArithmetic(op)) arithmetic(op, left, right, left);
  else if (isComparison(op)) compare(op, left, right, left);
  else throw new QueryError('internal', `operator ${op} not allowed between scalars`);
}
