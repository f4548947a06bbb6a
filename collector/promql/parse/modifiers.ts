/** What follows an expression: `[5m]`, `[1h:1m]`, `offset`, `@`, and the experimental `anchored` and `smoothed`. */
import type { DurationExpr, Expr, MatrixSelector, Subquery, VectorSelector } from '../ast.ts';
import { secondsToMs } from './duration.ts';
import { EXPECTED, readLength, readOffset } from './duration-expr.ts';
import { isQuantity, readQuantity } from './quantity.ts';
import type { Part, Reader } from './reader.ts';

type Selecting = VectorSelector | MatrixSelector | Subquery;

/** Where Go's int64 ends. */
const MAX_TIMESTAMP = 2 ** 63;

export function readModifiers(reader: Reader, part: Part): Part {
  let { expr, height } = part;
  for (;;) {
    const { kind } = reader.token;
    if (kind === '[') {
      expr = readBrackets(reader, expr);
      reader.checkDepth(++height);
    } else if (kind === 'offset') expr = readOffsetOf(reader, expr);
    else if (kind === '@') expr = readAt(reader, expr);
    else if (kind === 'anchored' || kind === 'smoothed') expr = readExtension(reader, expr, kind);
    else return { expr, height };
  }
}

function readBrackets(reader: Reader, expr: Expr): Expr {
  const { start } = reader.take();
  const range = readLength(reader, 'subquery or range selector', EXPECTED);
  const span = { start: expr.span.start, end: reader.token.end };
  if (reader.takeIf(':') !== undefined) return readSubquery(reader, expr, range);
  reader.expect(']', 'subquery or range', '":" or "]"');
  if (expr.kind !== 'selector') {
    reader.fail({ start, end: reader.end }, 'ranges only allowed for vector selectors');
  }
  if (expr.offsetMs !== 0 || expr.offsetExpr !== undefined) {
    reader.fail({ start, end: reader.end }, 'no offset modifiers allowed before range');
  }
  if (typeof expr.at === 'number') {
    reader.fail({ start, end: reader.end }, 'no @ modifiers allowed before range');
  }
  return { kind: 'matrix', selector: expr, ...lengthFields('range', range), span };
}

function readSubquery(reader: Reader, expr: Expr, range: DurationExpr): Expr {
  const fields = lengthFields('range', range);
  const expected = `${EXPECTED.replace(' or', '')}, or "]"`;
  const step = reader.is(']') ? undefined : readLength(reader, 'subquery selector', expected);
  const { end } = reader.expect(']', 'subquery selector', '"]"');
  const stepFields = step === undefined ? { stepMs: 0 } : lengthFields('step', step);
  const span = { start: expr.span.start, end };
  return { kind: 'subquery', expr, ...fields, ...stepFields, offsetMs: 0, span };
}

type LengthFields<K extends string> = { readonly [P in `${K}Ms`]: number } & {
  readonly [P in `${K}Expr`]?: DurationExpr;
};

/** A plain length in milliseconds; what needs arithmetic is kept for the evaluation. */
function lengthFields<K extends 'range' | 'step' | 'offset'>(
  name: K,
  length: DurationExpr,
): LengthFields<K> {
  const plain = length.kind === 'duration';
  const fields = {
    [`${name}Ms`]: plain ? secondsToMs(length.seconds) : 0,
    ...(plain ? {} : { [`${name}Expr`]: length }),
  };
  return fields as LengthFields<K>;
}

function readOffsetOf(reader: Reader, expr: Expr): Expr {
  reader.take();
  const fields = lengthFields('offset', readOffset(reader));
  const { offsetMs, offsetExpr } = selecting(reader, expr, 'offset modifier');
  if (offsetMs !== 0 || offsetExpr !== undefined) {
    reader.fail(expr.span, 'offset may not be set multiple times');
  }
  return modified(reader, expr, fields);
}

function readAt(reader: Reader, expr: Expr): Expr {
  reader.take();
  const at = reader.is('start') || reader.is('end') ? readEdge(reader) : readTime(reader, expr);
  if (selecting(reader, expr, '@ modifier').at !== undefined) {
    reader.fail(expr.span, '@ <timestamp> may not be set multiple times');
  }
  return modified(reader, expr, { at });
}

function readEdge(reader: Reader): 'start' | 'end' {
  const edge = reader.take().kind === 'start' ? 'start' : 'end';
  reader.expect('(', '@', 'timestamp');
  reader.expect(')', '@', 'timestamp');
  return edge;
}

function readTime(reader: Reader, expr: Expr): number {
  const sign = reader.takeIf('+') ?? reader.takeIf('-');
  if (!isQuantity(reader.token)) reader.unexpected('@', 'timestamp');
  const { value } = readQuantity(reader);
  const seconds = sign?.kind === '-' ? -value : value;
  if (!(Math.abs(seconds) < MAX_TIMESTAMP)) {
    reader.fail(expr.span, `timestamp out of bounds for @ modifier: ${fixed(seconds)}`);
  }
  return Math.round(seconds * 1000) + 0;
}

/** As Go's `%f`. */
function fixed(seconds: number): string {
  if (Number.isNaN(seconds)) return 'NaN';
  if (!Number.isFinite(seconds)) return seconds > 0 ? '+Inf' : '-Inf';
  return `${BigInt(Math.trunc(seconds))}.000000`;
}

function readExtension(reader: Reader, expr: Expr, modifier: 'anchored' | 'smoothed'): Expr {
  reader.take();
  if (!reader.experimental) {
    reader.fail(expr.span, `${modifier} modifier is experimental and not enabled`);
  }
  if (expr.kind === 'subquery') {
    reader.fail(expr.span, `${modifier} modifier is not supported for subqueries`);
  }
  const selector = expr.kind === 'matrix' ? expr.selector : expr;
  if (selector.kind !== 'selector') {
    reader.fail(expr.span, `${modifier} modifier not implemented`);
  }
  if (selector.modifier !== undefined && selector.modifier !== modifier) {
    reader.fail(expr.span, 'anchored and smoothed modifiers cannot be used together');
  }
  return modified(reader, expr, { modifier });
}

/** What may have an offset or an `@`: the selector inside a range carries its own. */
function selecting(reader: Reader, expr: Expr, what: string): VectorSelector | Subquery {
  if (expr.kind === 'matrix') return expr.selector;
  if (expr.kind === 'selector' || expr.kind === 'subquery') return expr;
  return reader.fail(
    expr.span,
    `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
  );
}

function modified(
  reader: Reader,
  expr: Expr,
  fields: Partial<Pick<VectorSelector, 'offsetMs' | 'offsetExpr' | 'at' | 'modifier'>>,
): Expr {
  const span = { start: expr.span.start, end: reader.end };
  const whole = expr as Selecting;
  if (whole.kind !== 'matrix') return { ...whole, ...fields, span } as Expr;
  return { ...whole, selector: { ...whole.selector, ...fields }, span };
}
