/** Durations and arithmetic over them, with no more parentheses than they need. */
import type { DurationExpr } from '../ast.ts';
import { formatDuration, secondsToMs } from '../parse/duration.ts';
import { PRECEDENCE } from '../parse/words.ts';
import { plainNumber } from './number.ts';

const SIGN = 5;
const PRIMARY = 7;

export function printDuration(expr: DurationExpr): string {
  switch (expr.kind) {
    case 'duration':
      return expr.plain === true
        ? plainNumber(expr.seconds)
        : formatDuration(secondsToMs(expr.seconds));
    case 'step':
    case 'range':
      return `${expr.kind}()`;
    case 'duration-sign':
      return expr.op + atLeast(SIGN + 1, expr.expr, true);
    case 'duration-op':
      return printOperation(expr);
  }
}

/** Behind `offset` a sign takes one operand, and arithmetic stands in parentheses. */
export function printOffset(expr: DurationExpr): string {
  if (expr.kind === 'duration-sign') return expr.op + atLeast(PRIMARY, expr.expr, false);
  return atLeast(PRIMARY, expr, true);
}

function printOperation(expr: Extract<DurationExpr, { kind: 'duration-op' }>): string {
  const { op, left, right } = expr;
  if (op === 'min' || op === 'max') {
    return `${op}_of(${printDuration(left)}, ${printDuration(right)})`;
  }
  const binds = levelOf(expr);
  const fromRight = op === '^';
  const first = atLeast(fromRight ? binds + 1 : binds, left, false);
  return `${first} ${op} ${atLeast(fromRight ? binds : binds + 1, right, true)}`;
}

/** `prefix`: nothing that binds stands before it, so that a sign needs no parentheses. */
function atLeast(level: number, expr: DurationExpr, prefix: boolean): string {
  const text = printDuration(expr);
  if (prefix && isSigned(expr)) return text;
  return levelOf(expr) < level ? `(${text})` : text;
}

function isSigned(expr: DurationExpr): boolean {
  return expr.kind === 'duration-sign' || (expr.kind === 'duration' && expr.seconds < 0);
}

function levelOf(expr: DurationExpr): number {
  if (isSigned(expr)) return SIGN;
  if (expr.kind !== 'duration-op') return PRIMARY;
  return PRECEDENCE.get(expr.op) ?? PRIMARY;
}
