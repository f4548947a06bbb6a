/** A query's tree in the form of Prometheus' `parse_query`, which its page draws. */
import { formatValue } from '../../core/query/number.ts';
import type { Matcher } from '../../core/query/types.ts';
import type { AtModifier, Binary, Expr, Subquery, VectorSelector } from '../../promql/ast.ts';
import { SIGNATURES } from '../../promql/signatures.ts';

export function tree(expr: Expr): object {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatValue(expr.value) };
    case 'string':
      return { type: 'stringLiteral', val: expr.value };
    case 'paren':
      return { type: 'parenExpr', expr: tree(expr.expr) };
    case 'unary':
      return { type: 'unaryExpr', op: expr.op, expr: tree(expr.expr) };
    case 'binary':
      return binary(expr);
    case 'aggregate':
      return {
        type: 'aggregation',
        op: expr.op,
        expr: tree(expr.expr),
        param: expr.param === undefined ? null : tree(expr.param),
        grouping: expr.grouping,
        without: expr.without,
      };
    case 'call':
      return { type: 'call', func: func(expr.name), args: expr.args.map(tree) };
    case 'selector':
      return { type: 'vectorSelector', ...selector(expr) };
    case 'matrix':
      return { type: 'matrixSelector', ...selector(expr.selector), range: expr.rangeMs };
    case 'subquery':
      return {
        type: 'subquery',
        expr: tree(expr.expr),
        range: expr.rangeMs,
        step: expr.stepMs,
        ...modifiers(expr),
      };
  }
}

function binary({ op, left, right, bool, matching }: Binary): object {
  const told = matching && {
    card: matching.card,
    labels: matching.labels,
    on: matching.on,
    include: matching.include,
    fillValues: { lhs: matching.fillLeft ?? null, rhs: matching.fillRight ?? null },
  };
  return {
    type: 'binaryExpr',
    op,
    lhs: tree(left),
    rhs: tree(right),
    matching: told ?? null,
    bool,
  };
}

function func(name: string): object {
  const { args = [], variadic = 0, returns = 'none' } = SIGNATURES.get(name) ?? {};
  return { name, argTypes: args, variadic, returnType: returns };
}

function selector(expr: VectorSelector): object {
  return {
    name: expr.name,
    matchers: expr.matchers.map(({ name, op, value }: Matcher) => ({ name, type: op, value })),
    ...modifiers(expr),
    ...(expr.modifier === undefined ? {} : { [expr.modifier]: true }),
  };
}

function modifiers({ offsetMs, at }: Pick<VectorSelector | Subquery, 'offsetMs' | 'at'>): object {
  return {
    offset: offsetMs,
    timestamp: typeof at === 'number' ? at : null,
    startOrEnd: edge(at),
  };
}

function edge(at: AtModifier | undefined): 'start' | 'end' | null {
  return at === 'start' || at === 'end' ? at : null;
}
