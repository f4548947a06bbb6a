/** Durations in brackets and behind `offset`: a literal, or experimental arithmetic over durations. */
import type { DurationExpr, NumberLiteral, Span } from '../ast.ts';
import { MAX_DURATION_SECONDS } from './duration.ts';
import { isQuantity, readQuantity } from './quantity.ts';
import type { Reader } from './reader.ts';
import type { Token } from './token.ts';
import { OPERAND_OF_SIGN, PRECEDENCE } from './words.ts';

type Operator = Extract<DurationExpr, { kind: 'duration-op' }>['op'];

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^']);
const LEVEL_OF: ReadonlyMap<string, 'min' | 'max'> = new Map([
  ['min', 'min'],
  ['min_of', 'min'],
  ['max', 'max'],
  ['max_of', 'max'],
]);

export const EXPECTED = 'number, duration, step(), or range()';

/** In brackets: any arithmetic; what is a plain length must be above 0. */
export function readLength(reader: Reader, context: string, expected: string): DurationExpr {
  if (!starts(reader)) reader.unexpected(context, expected);
  const length = readSum(reader, 1);
  if (length.kind === 'duration' && length.seconds <= 0) {
    reader.fail(length.span, 'duration must be greater than 0');
  }
  return length;
}

/** Behind `offset`: `offset -2 ^ 2` is `(offset -2) ^ 2`, so arithmetic needs parentheses. */
export function readOffset(reader: Reader): DurationExpr {
  if (!starts(reader)) reader.unexpected('offset', EXPECTED);
  return readSigned(reader, () => readPrimary(reader));
}

function starts(reader: Reader): boolean {
  const { token } = reader;
  const { kind } = token;
  return (
    isQuantity(token) ||
    ['+', '-', '(', 'step', 'range'].includes(kind) ||
    LEVEL_OF.has(token.text.toLowerCase())
  );
}

function readSum(reader: Reader, least: number): DurationExpr {
  reader.enter();
  let left = readSigned(reader, () => readSum(reader, OPERAND_OF_SIGN));
  for (let height = 1; ; height++) {
    const { kind } = reader.token;
    const binds = ARITHMETIC.has(kind) ? (PRECEDENCE.get(kind) ?? 0) : 0;
    if (binds < least || binds === 0) break;
    reader.checkDepth(height);
    const sign = reader.take();
    const right = readSum(reader, kind === '^' ? binds : binds + 1);
    checkDivisor(reader, sign, right);
    left = operation(reader, kind as Operator, left, right, {
      start: left.span.start,
      end: right.span.end,
    });
  }
  reader.leave();
  return left;
}

function readSigned(reader: Reader, operand: () => DurationExpr): DurationExpr {
  const { token } = reader;
  if (token.kind !== '+' && token.kind !== '-') return readPrimary(reader);
  reader.take();
  const expr = operand();
  const span = { start: token.start, end: expr.span.end };
  if (expr.kind === 'duration') {
    return { ...expr, seconds: token.kind === '-' ? -expr.seconds : expr.seconds, span };
  }
  return token.kind === '-' ? { kind: 'duration-sign', op: '-', expr, span } : expr;
}

function readPrimary(reader: Reader): DurationExpr {
  const { token } = reader;
  if (isQuantity(token)) return literal(reader, readQuantity(reader));
  if (token.kind === 'step' || token.kind === 'range') {
    reader.take();
    reader.expect('(');
    const { end } = reader.expect(')');
    return checked(reader, { kind: token.kind, span: { start: token.start, end } });
  }
  const extreme = LEVEL_OF.get(token.text.toLowerCase());
  if (extreme !== undefined) return readExtreme(reader, extreme);
  reader.expect('(');
  const inner = readSum(reader, 1);
  const { end } = reader.expect(')');
  // `(5m)` says no more than `5m`.
  if (inner.kind === 'duration') return checked(reader, inner);
  return checked(reader, { ...inner, span: { start: token.start, end } });
}

function readExtreme(reader: Reader, op: 'min' | 'max'): DurationExpr {
  const { start } = reader.take();
  reader.expect('(');
  const left = readSum(reader, 1);
  reader.expect(',');
  const right = readSum(reader, 1);
  const { end } = reader.expect(')');
  return operation(reader, op, left, right, { start, end });
}

function operation(
  reader: Reader,
  op: Operator,
  left: DurationExpr,
  right: DurationExpr,
  span: Span,
): DurationExpr {
  return checked(reader, { kind: 'duration-op', op, left, right, span });
}

function literal(reader: Reader, { value, duration, span }: NumberLiteral): DurationExpr {
  if (!(Math.abs(value) <= MAX_DURATION_SECONDS)) reader.fail(span, 'duration out of range');
  return { kind: 'duration', seconds: value, ...(duration ? {} : { plain: true }), span };
}

function checkDivisor(reader: Reader, sign: Token, right: DurationExpr): void {
  if (right.kind !== 'duration' || right.seconds !== 0) return;
  if (sign.kind === '/') reader.fail(sign, 'division by zero');
  if (sign.kind === '%') reader.fail(sign, 'modulo by zero');
}

function checked(reader: Reader, expr: DurationExpr): DurationExpr {
  if (!reader.experimental)
    reader.fail(expr.span, 'experimental duration expression is not enabled');
  return expr;
}
