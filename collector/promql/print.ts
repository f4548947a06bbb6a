/** Trees as text: on one line, or on several with indents, both as Prometheus writes them. */
import type { Expr } from './ast.ts';
import { formatDuration, secondsToMs } from './parse/duration.ts';
import { byteLength } from './parse/position.ts';
import { plainNumber } from './print/number.ts';
import { aggregateHead, operatorHead } from './print/operator.ts';
import { printMatrix, printSelector, subquerySuffix } from './print/selector.ts';
import { quote } from './quote.ts';

const LINE_BYTES = 100;

type Known = Map<Expr, string>;

/** The canonical form, on one line. */
export function formatExpr(expr: Expr): string {
  return format(expr, new Map());
}

/** What fits on a line of 100 bytes stays there; what does not is broken up level by level. */
export function prettify(expr: Expr): string {
  return pretty(expr, 0, new Map());
}

function format(expr: Expr, known: Known): string {
  const before = known.get(expr);
  if (before !== undefined) return before;
  const text = formatted(expr, (child) => format(child, known));
  known.set(expr, text);
  return text;
}

function formatted(expr: Expr, inner: (child: Expr) => string): string {
  switch (expr.kind) {
    case 'number':
      return expr.duration ? formatDuration(secondsToMs(expr.value)) : plainNumber(expr.value);
    case 'string':
      return quote(expr.value);
    case 'paren':
      return `(${inner(expr.expr)})`;
    case 'unary':
      return expr.op + inner(expr.expr);
    case 'binary':
      return `${inner(expr.left)} ${operatorHead(expr)} ${inner(expr.right)}`;
    case 'aggregate': {
      const param = expr.param === undefined ? '' : `${inner(expr.param)}, `;
      return `${aggregateHead(expr)}(${param}${inner(expr.expr)})`;
    }
    case 'call':
      return `${expr.name}(${expr.args.map(inner).join(', ')})`;
    case 'selector':
      return printSelector(expr);
    case 'matrix':
      return printMatrix(expr);
    case 'subquery':
      return inner(expr.expr) + subquerySuffix(expr);
  }
}

function pretty(expr: Expr, level: number, known: Known): string {
  const text = format(expr, known);
  const indent = '  '.repeat(level);
  const deeper = (child: Expr) => pretty(child, level + 1, known);
  if (expr.kind === 'unary') {
    return indent + expr.op + pretty(expr.expr, level, known).trim();
  }
  if (expr.kind === 'subquery') {
    // Prometheus indents a subquery only where it breaks it.
    return isLong(text) ? pretty(expr.expr, level, known) + subquerySuffix(expr) : text;
  }
  if (!isLong(text)) return indent + text;
  switch (expr.kind) {
    case 'paren':
      return `${indent}(\n${deeper(expr.expr)}\n${indent})`;
    case 'binary':
      return `${deeper(expr.left)}\n${indent}${operatorHead(expr)}\n${deeper(expr.right)}`;
    case 'aggregate': {
      const param = expr.param === undefined ? '' : `${deeper(expr.param)},\n`;
      return `${indent}${aggregateHead(expr)}(\n${param}${deeper(expr.expr)}\n${indent})`;
    }
    case 'call':
      return `${indent}${expr.name}(\n${expr.args.map(deeper).join(',\n')}\n${indent})`;
    default:
      return indent + text;
  }
}

function isLong(text: string): boolean {
  return text.length > LINE_BYTES || byteLength(text) > LINE_BYTES;
}
