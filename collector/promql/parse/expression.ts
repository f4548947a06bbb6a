/** Expressions: operators by how tightly they bind, and what stands between them. */
import type { Binary, BinaryOp, Expr } from '../ast.ts';
import { readAggregate, readCall } from './call.ts';
import { readOperatorModifiers } from './matching.ts';
import { readModifiers } from './modifiers.ts';
import { isQuantity, readQuantity } from './quantity.ts';
import type { Part, Reader } from './reader.ts';
import { readSelector } from './selector.ts';
import { unquote } from './strings.ts';
import { AGGREGATORS, OPERAND_OF_SIGN, PRECEDENCE, PREPROCESSORS, SET_OPERATORS } from './words.ts';

/** Takes operators that bind at least as tightly as `least`. */
export function readExpression(reader: Reader, least = 1): Part {
  reader.enter();
  let { expr, height } = readSigned(reader);
  for (;;) {
    const binds = PRECEDENCE.get(reader.token.kind) ?? 0;
    if (binds < least || binds === 0) break;
    const op = reader.take().kind as BinaryOp;
    const modifiers = readOperatorModifiers(reader);
    const right = readExpression(reader, op === '^' ? binds : binds + 1);
    height = Math.max(height, right.height) + 1;
    reader.checkDepth(height);
    expr = binary(expr, op, modifiers, right.expr);
  }
  reader.leave();
  return { expr, height };
}

function binary(
  left: Expr,
  op: BinaryOp,
  { bool, matching }: Required<Pick<Binary, 'bool' | 'matching'>>,
  right: Expr,
): Binary {
  const span = { start: left.span.start, end: right.span.end };
  const many = SET_OPERATORS.has(op) && matching.card === 'one-to-one';
  const kept = many ? { ...matching, card: 'many-to-many' as const } : matching;
  return { kind: 'binary', op, left, right, bool, matching: kept, span };
}

function readSigned(reader: Reader): Part {
  const { kind, start } = reader.token;
  if (kind !== '+' && kind !== '-') return readModifiers(reader, readPrimary(reader));
  reader.take();
  const { expr, height } = readExpression(reader, OPERAND_OF_SIGN);
  const span = { start, end: expr.span.end };
  if (expr.kind === 'number') {
    return { expr: { ...expr, value: kind === '-' ? -expr.value : expr.value, span }, height };
  }
  return { expr: { kind: 'unary', op: kind, expr, span }, height: height + 1 };
}

function readPrimary(reader: Reader): Part {
  const { token } = reader;
  const { kind, start, end } = token;
  if (kind === '(') return readParen(reader);
  if (isQuantity(token)) return { expr: readQuantity(reader), height: 1 };
  if (kind === 'string') {
    const value = unquote(reader.take().text);
    return { expr: { kind: 'string', value, span: { start, end } }, height: 1 };
  }
  if (AGGREGATORS.has(kind) && ['(', 'by', 'without'].includes(reader.following())) {
    return readAggregate(reader, readExpression);
  }
  const callable = kind === 'identifier' || PREPROCESSORS.has(kind);
  if (callable && reader.following() === '(') return readCall(reader, readExpression);
  return { expr: readSelector(reader), height: 1 };
}

function readParen(reader: Reader): Part {
  const { start } = reader.take();
  const { expr, height } = readExpression(reader);
  const { end } = reader.expect(')');
  return { expr: { kind: 'paren', expr, span: { start, end } }, height: height + 1 };
}
