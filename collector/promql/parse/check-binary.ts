/** What the two sides of an operator may be, and which of its modifiers fit them. */
import type { Binary, Span, ValueType, VectorMatching } from '../ast.ts';
import { quote } from '../quote.ts';
import { COMPARISONS, SET_OPERATORS } from './words.ts';

type Refuse = (span: Span, reason: string) => never;

export function checkBinary(
  expr: Binary,
  left: ValueType,
  right: ValueType,
  text: string,
  refuse: Refuse,
): ValueType {
  const { op, bool } = expr;
  const comparison = COMPARISONS.has(op);
  if (bool && !comparison) {
    refuse(operatorSpan(expr, text), 'bool modifier can only be used on comparison operators');
  }
  if (comparison && !bool && left === 'scalar' && right === 'scalar') {
    refuse(operatorSpan(expr, text), 'comparisons between scalars must use BOOL modifier');
  }
  checkLabels(expr, text, refuse);
  checkSide(expr.left.span, left, refuse);
  checkSide(expr.right.span, right, refuse);
  if (left === 'vector' && right === 'vector') checkSets(expr, refuse);
  else checkScalars(expr, refuse);
  return left === 'scalar' && right === 'scalar' ? 'scalar' : 'vector';
}

function checkLabels(expr: Binary, text: string, refuse: Refuse): void {
  const { on, labels, include } = expr.matching as VectorMatching;
  if (!on || include.length === 0) return;
  const included = new Set(include);
  const both = labels.find((label) => included.has(label));
  if (both === undefined) return;
  refuse(
    operatorSpan(expr, text),
    `label ${quote(both)} must not occur in ON and GROUP clause at once`,
  );
}

function checkSide(span: Span, type: ValueType, refuse: Refuse): void {
  if (type === 'scalar' || type === 'vector') return;
  refuse(span, 'binary expression must contain only scalar and instant vector types');
}

function checkScalars(expr: Binary, refuse: Refuse): void {
  const { labels, fillLeft, fillRight } = expr.matching as VectorMatching;
  if (labels.length > 0) {
    refuse(expr.span, 'vector matching only allowed between instant vectors');
  }
  if (fillLeft !== undefined || fillRight !== undefined) {
    refuse(expr.span, 'filling in missing series only allowed between instant vectors');
  }
  if (SET_OPERATORS.has(expr.op)) {
    refuse(expr.span, `set operator ${quote(expr.op)} not allowed in binary scalar expression`);
  }
  // Where nothing is matched there is no matching; the tree is not out of our hands yet.
  delete (expr as { matching?: VectorMatching }).matching;
}

function checkSets(expr: Binary, refuse: Refuse): void {
  if (!SET_OPERATORS.has(expr.op)) return;
  const { card, fillLeft, fillRight } = expr.matching as VectorMatching;
  if (card !== 'many-to-many') {
    refuse(expr.span, `no grouping allowed for ${quote(expr.op)} operation`);
  }
  if (fillLeft !== undefined || fillRight !== undefined) {
    refuse(expr.span, 'filling in missing series not allowed for set operators');
  }
}

/** What stands between both sides, without the blanks around it. */
function operatorSpan({ left, right }: Binary, text: string): Span {
  const between = text.slice(left.span.end, right.span.start);
  const start = left.span.end + between.length - between.trimStart().length;
  return { start, end: start + between.trim().length };
}
