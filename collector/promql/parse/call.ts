/** Calls of functions, and aggregations, which look alike. */
import type { Aggregate, AggregateOp, Call, Expr } from '../ast.ts';
import { SIGNATURES } from '../signatures.ts';
import { readLabels } from './labels.ts';
import type { Part, Reader } from './reader.ts';
import { EXPERIMENTAL_AGGREGATORS, WITH_PARAMETER } from './words.ts';

export type ReadExpression = (reader: Reader) => Part;

export function readCall(reader: Reader, expression: ReadExpression): Part<Call> {
  const { start, end, text, kind } = reader.take();
  const name = kind === 'identifier' ? text : kind;
  const nameSpan = { start, end };
  const signature = SIGNATURES.get(name);
  const { args, height } = readArguments(reader, expression);
  if (signature === undefined) {
    reader.fail(nameSpan, `unknown function with name ${JSON.stringify(name)}`);
  }
  if (signature.experimental && !reader.experimental) {
    reader.fail(nameSpan, `function ${JSON.stringify(name)} is not enabled`);
  }
  const span = { start, end: reader.end };
  return { expr: { kind: 'call', name, args, nameSpan, span }, height: height + 1 };
}

interface Arguments {
  readonly args: readonly Expr[];
  readonly height: number;
}

function readArguments(reader: Reader, expression: ReadExpression, context = ''): Arguments {
  reader.expect('(', context);
  const args: Expr[] = [];
  let tallest = 0;
  if (reader.takeIf(')') !== undefined) return { args, height: tallest };
  for (;;) {
    const { expr, height } = expression(reader);
    args.push(expr);
    tallest = Math.max(tallest, height);
    if (reader.takeIf(')') !== undefined) return { args, height: tallest };
    const comma = reader.expect(',', context);
    if (reader.is(')')) reader.fail(comma, 'trailing commas not allowed in function call args');
  }
}

/** `sum by (a) (x)`, `sum(x) by (a)`, `topk(5, x)`. */
export function readAggregate(reader: Reader, expression: ReadExpression): Part<Aggregate> {
  const operator = reader.take();
  const { start } = operator;
  const before = readGrouping(reader);
  const { args, height } = readArguments(reader, expression, 'aggregation');
  const { grouping, without } = before ?? readGrouping(reader) ?? EVERYTHING;
  const span = { start, end: reader.end };
  const op = operator.kind as AggregateOp;
  const wanted = WITH_PARAMETER.has(op) ? 2 : 1;
  if (args.length === 0) {
    reader.fail(span, 'no arguments for aggregate expression provided');
  }
  if (EXPERIMENTAL_AGGREGATORS.has(op) && !reader.experimental) {
    reader.fail(
      span,
      `${op}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`,
    );
  }
  if (args.length !== wanted) {
    reader.fail(
      span,
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
    );
  }
  const expr = args[wanted - 1] as Expr;
  const param = wanted === 2 ? { param: args[0] as Expr } : {};
  return {
    expr: { kind: 'aggregate', op, expr, ...param, without, grouping, span },
    height: height + 1,
  };
}

interface Grouping {
  readonly grouping: readonly string[];
  readonly without: boolean;
}

const EVERYTHING: Grouping = { grouping: [], without: false };

function readGrouping(reader: Reader): Grouping | undefined {
  const without = reader.is('without');
  if (!without && !reader.is('by')) return undefined;
  reader.take();
  return { grouping: readLabels(reader), without };
}
