/** Whether what was read makes sense: types of arguments and operands, and what each construct needs. */
import { compileMatcher } from '../../core/store/matcher.ts';
import { type Matcher, METRIC } from '../../core/store/model.ts';
import type { Aggregate, Call, Expr, Span, ValueType, VectorSelector } from '../ast.ts';
import { quote } from '../quote.ts';
import { SIGNATURES, type Signature } from '../signatures.ts';
import { checkBinary } from './check-binary.ts';
import { typeOf } from './type-of.ts';

export type Refuse = (span: Span, reason: string) => never;

const DOCUMENTED: Readonly<Record<ValueType, string>> = {
  none: 'none',
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

/** The type of the expression; refuses the first thing that is wrong. */
export function check(expr: Expr, text: string, refuse: Refuse): ValueType {
  const inner = (child: Expr) => check(child, text, refuse);
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'paren':
      return inner(expr.expr);
    case 'unary': {
      const type = inner(expr.expr);
      if (type === 'scalar' || type === 'vector') return type;
      const got = quote(DOCUMENTED[type]);
      return refuse(
        expr.span,
        `unary expression only allowed on expressions of type scalar or instant vector, got ${got}`,
      );
    }
    case 'binary':
      return checkBinary(expr, inner(expr.left), inner(expr.right), text, refuse);
    case 'aggregate':
      return checkAggregate(expr, inner, refuse);
    case 'call':
      return checkCall(expr, inner, refuse);
    case 'selector':
      checkSelector(expr, refuse);
      return 'vector';
    case 'matrix':
      checkSelector(expr.selector, refuse);
      return 'matrix';
    case 'subquery': {
      const type = inner(expr.expr);
      if (type === 'vector') return 'matrix';
      return refuse(expr.span, `subquery is only allowed on instant vector, got ${type} instead`);
    }
  }
}

function checkAggregate(
  { op, expr, param }: Aggregate,
  inner: (expr: Expr) => ValueType,
  refuse: Refuse,
): ValueType {
  expectType(expr, inner(expr), 'vector', 'aggregation expression', refuse);
  if (param !== undefined) {
    const wanted = op === 'count_values' ? 'string' : 'scalar';
    expectType(param, inner(param), wanted, 'aggregation parameter', refuse);
  }
  return 'vector';
}

function checkCall(call: Call, inner: (expr: Expr) => ValueType, refuse: Refuse): ValueType {
  const signature = SIGNATURES.get(call.name) as Signature;
  checkCount(call, signature, refuse);
  const context = `call to function ${quote(call.name)}`;
  const selectorOnly = call.name === 'info' ? call.args[1] : undefined;
  if (selectorOnly !== undefined) checkInfoSelector(call, selectorOnly, context, refuse);
  call.args.forEach((arg, index) => {
    const wanted = signature.args[Math.min(index, signature.args.length - 1)] ?? 'none';
    const got = arg === selectorOnly ? 'vector' : inner(arg);
    expectType(arg, got, wanted, context, refuse);
  });
  return signature.returns;
}

function checkCount(call: Call, { args, variadic }: Signature, refuse: Refuse): void {
  const got = call.args.length;
  const tell = (wanted: string) =>
    refuse(call.span, `expected ${wanted} argument(s) in call to ${quote(call.name)}, got ${got}`);
  if (variadic === 0) {
    if (got !== args.length) tell(`${args.length}`);
    return;
  }
  const least = args.length - 1;
  if (got < least) tell(`at least ${least}`);
  if (variadic > 0 && got > least + variadic) tell(`at most ${least + variadic}`);
}

/** `info(x, {…})` takes label matchers, which may all match what is empty. */
function checkInfoSelector(call: Call, arg: Expr, context: string, refuse: Refuse): void {
  const type = typeOf(arg);
  if (type !== 'vector') {
    refuse(call.span, `expected type instant vector in ${context}, got ${DOCUMENTED[type]}`);
  }
  if (arg.kind !== 'selector') refuse(arg.span, 'expected label selectors only');
  if (arg.name !== '') {
    refuse(arg.span, 'expected label selectors only, got vector selector instead');
  }
}

function checkSelector({ name, matchers, span }: VectorSelector, refuse: Refuse): void {
  if (name === '') {
    if (hasNonEmptyMatcher(matchers)) return;
    refuse(span, 'vector selector must contain at least one non-empty matcher');
  }
  const second = matchers.slice(1).find((matcher) => matcher.name === METRIC);
  if (second === undefined) return;
  const names = `${quote(name)} or ${quote(second.value)}`;
  refuse(span, `metric name must not be set twice: ${names}`);
}

/** Whether the matchers leave out series that lack their labels: without, all series are selected. */
function hasNonEmptyMatcher(matchers: readonly Matcher[]): boolean {
  return matchers.some((matcher) => !compileMatcher(matcher).matchesEmpty);
}

function expectType(
  { span }: Expr,
  got: ValueType,
  wanted: ValueType,
  context: string,
  refuse: Refuse,
): void {
  if (got === wanted) return;
  refuse(span, `expected type ${DOCUMENTED[wanted]} in ${context}, got ${DOCUMENTED[got]}`);
}
