/** Trees as text: the canonical line, lines broken up, and that any tree comes back from its text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurationExpr, Expr, VectorSelector } from '../../../collector/promql/ast.ts';
import { parseExpr } from '../../../collector/promql/parse/index.ts';
import { formatExpr, prettify } from '../../../collector/promql/print.ts';
import { quote } from '../../../collector/promql/quote.ts';
import { bare } from '../../support/promql/tree.ts';

describe('formatExpr', () => {
  it.each([
    ['sum(x)by(a)', 'sum by (a) (x)'],
    ['sum by()(x)', 'sum(x)'],
    ['sum without()(x)', 'sum without () (x)'],
    ['SUM(x)', 'sum(x)'],
    ['x{b="1",a=\'2\',}', 'x{a="2",b="1"}'],
    ['{"x",b="1"}', '{__name__="x",b="1"}'],
    ['{"a b"=~`\\d`}', '{"a b"=~"\\\\d"}'],
    ['x[90s:60s]offset 24h@1', 'x[1m30s:1m] @ 1.000 offset 1d'],
    ['x offset -1h', 'x offset -1h'],
    ['x[5m]anchored @ end()', 'x[5m] anchored @ end()'],
    ['x[300]', 'x[5m]'],
    ['x[5m+60]', 'x[5m + 60]'],
    ['x[((5m+1m))*2]', 'x[(5m + 1m) * 2]'],
    ['x[(-5m)^2]', 'x[(-5m) ^ 2]'],
    ['x[5m-(1m-2s)]', 'x[5m - (1m - 2s)]'],
    ['x offset -(step()+1m)', 'x offset -(step() + 1m)'],
    ['x offset (step()*2)', 'x offset (step() * 2)'],
    ['a==bool on()b', 'a == bool on () b'],
    ['a*ignoring(x)group_left b', 'a * ignoring (x) group_left () b'],
    ['a+fill(0)b', 'a + fill (0) b'],
    ['a+fill_right(1)fill_left(0)b', 'a + fill_left (0) fill_right (1) b'],
    ['1e21+1e-7+ +5-inf+nan', '1000000000000000000000 + 0.0000001 + 5 - +Inf + NaN'],
    ['1.5e300-1.25e-10', `15${'0'.repeat(299)} - 0.000000000125`],
    ['-300s+5m', '-5m + 5m'],
    ['topk(2,x)', 'topk(2, x)'],
    ['label_join(x,"a",",","b")', 'label_join(x, "a", ",", "b")'],
  ])('%s is %s', (text, printed) => {
    expect(formatExpr(parseExpr(text))).toBe(printed);
  });

  it('quotes as Go does', () => {
    expect(quote('a"b\\\n\t\x00\x7fä€😀\u200b\u{e0001}\ud800')).toBe(
      '"a\\"b\\\\\\n\\t\\x00\\x7fä€😀\\u200b\\U000e0001\\ufffd"',
    );
  });
});

describe('prettify', () => {
  const long = `metric_${'x'.repeat(90)}`;

  it('leaves what fits on its line', () => {
    expect(prettify(parseExpr(`sum( ${'x'.repeat(95)} )`))).toBe(`sum(${'x'.repeat(95)})`);
    expect(prettify(parseExpr('-(a+b)'))).toBe('-(a + b)');
  });

  it.each([
    [`sum by(a)(${long})`, `sum by (a) (\n  ${long}\n)`],
    [`topk(5,${long})`, `topk(\n  5,\n  ${long}\n)`],
    [`clamp(${long},1,2)`, `clamp(\n  ${long},\n  1,\n  2\n)`],
    [`(${long} > bool on(a) b)`, `(\n    ${long}\n  > bool on (a)\n    b\n)`],
    [`-(${long}+1)`, `-(\n    ${long}\n  +\n    1\n)`],
    [`sum(${long})[1h:1m]`, `sum(\n  ${long}\n)[1h:1m]`],
    [`rate(a[5m:])+${long}`, `  rate(a[5m:])\n+\n  ${long}`],
    [`max_over_time(${long}[5m])`, `max_over_time(\n  ${long}[5m]\n)`],
  ])('breaks up %s', (text, printed) => {
    const pretty = prettify(parseExpr(text));
    expect(pretty).toBe(printed);
    expect(bare(parseExpr(pretty))).toEqual(bare(parseExpr(text)));
  });

  it('counts bytes, as Prometheus does', () => {
    expect(prettify(parseExpr(`a{b="${'ä'.repeat(50)}"}+1`))).toContain('\n+\n');
  });
});

const span = { start: 0, end: 0 };
const number = (value: number): Expr => ({ kind: 'number', value, duration: false, span });
const numbers = fc.double({ noDefaultInfinity: false, min: 0 }).map(number);
const texts = fc
  .string({ unit: 'grapheme' })
  .map((value): Expr => ({ kind: 'string', value, span }));
const labels = fc.constantFrom('a', 'b_c', 'by', 'sum', 'dotted.name', 'with space');
const lists = fc.uniqueArray(labels, { maxLength: 3 });
const seconds = fc.integer({ min: 1, max: 1e9 }).map((ms) => ms / 1000);

function noLiteral(expr: DurationExpr): DurationExpr {
  return expr.kind === 'duration' ? { kind: 'step', span } : expr;
}

const durations: fc.Arbitrary<DurationExpr> = fc.letrec<{ any: DurationExpr }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('duration' as const), seconds, span: fc.constant(span) }),
    fc.constantFrom<DurationExpr>({ kind: 'step', span }, { kind: 'range', span }),
    fc.record({
      kind: fc.constant('duration-op' as const),
      op: fc.constantFrom('+', '-', '*', '/', '%', '^', 'min', 'max'),
      left: tie('any'),
      right: tie('any'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('duration-sign' as const),
      op: fc.constant('-' as const),
      // The sign of a plain length belongs to its number.
      expr: tie('any').map(noLiteral),
      span: fc.constant(span),
    }),
  ),
})).any;
const arithmetic = durations.map(noLiteral);

const modifiers = fc.record(
  {
    offsetMs: fc.integer({ min: -1e12, max: 1e12 }),
    at: fc.oneof(fc.constantFrom('start' as const, 'end' as const), fc.integer()),
  },
  { requiredKeys: ['offsetMs'] },
);

const selectors: fc.Arbitrary<VectorSelector> = fc
  .record({
    name: fc.constantFrom('foo', 'sum', 'a:b', 'offset', 'start'),
    matchers: fc.array(
      fc.record({
        name: labels,
        op: fc.constantFrom('=' as const, '!=' as const),
        value: fc.string({ unit: 'grapheme' }),
      }),
      { maxLength: 3 },
    ),
    more: modifiers,
    modifier: fc.constantFrom(undefined, 'anchored' as const, 'smoothed' as const),
  })
  .map(({ name, matchers, more, modifier }) => ({
    kind: 'selector',
    name,
    matchers: [{ name: '__name__', op: '=', value: name }, ...matchers],
    ...more,
    ...(modifier === undefined ? {} : { modifier }),
    span,
  }));

const matrices = fc
  .record({ selector: selectors, range: fc.oneof(seconds, arithmetic) })
  .map(({ selector, range }): Expr => {
    if (typeof range !== 'number') {
      return { kind: 'matrix', selector, rangeMs: 0, rangeExpr: range, span };
    }
    return { kind: 'matrix', selector, rangeMs: Math.round(range * 1000), span };
  });

/** Vectors of any shape; operands stand in parentheses, as a parser would otherwise regroup them. */
const vectors: fc.Arbitrary<Expr> = fc.letrec<{ any: Expr; paren: Expr }>((tie) => ({
  paren: tie('any').map((expr): Expr => ({ kind: 'paren', expr, span })),
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    selectors,
    fc
      .tuple(selectors, arithmetic)
      .map(([selector, offsetExpr]): Expr => ({ ...selector, offsetMs: 0, offsetExpr })),
    matrices.map(
      (arg): Expr => ({ kind: 'call', name: 'rate', args: [arg], nameSpan: span, span }),
    ),
    fc.tuple(tie('any'), texts, texts).map(
      ([vector, ...others]): Expr => ({
        kind: 'call',
        name: 'label_join',
        args: [vector, ...others],
        nameSpan: span,
        span,
      }),
    ),
    fc.record({
      kind: fc.constant('unary' as const),
      op: fc.constantFrom('+' as const, '-' as const),
      expr: tie('paren'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('binary' as const),
      op: fc.constantFrom('==', '<', '>='),
      left: tie('paren'),
      right: numbers,
      bool: fc.boolean(),
      span: fc.constant(span),
    }),
    fc
      .record({
        op: fc.constantFrom('+', '^', 'atan2', '!=', '</'),
        left: tie('paren'),
        right: tie('paren'),
        on: fc.boolean(),
        labels: lists,
        card: fc.constantFrom('one-to-one', 'many-to-one', 'one-to-many'),
        fill: fc.constantFrom(
          {},
          { fillLeft: 0 },
          { fillRight: -1.5 },
          { fillLeft: 1, fillRight: 1 },
        ),
      })
      .map(({ op, left, right, on, card, fill, ...rest }): Expr => {
        const matching = { card, on, labels: rest.labels, include: [] as string[], ...fill };
        return { kind: 'binary', op, left, right, bool: false, matching, span } as Expr;
      }),
    fc.record({
      kind: fc.constant('aggregate' as const),
      op: fc.constantFrom('quantile', 'topk', 'limit_ratio'),
      expr: tie('any'),
      param: numbers,
      without: fc.boolean(),
      grouping: lists,
      span: fc.constant(span),
    }),
    fc.tuple(tie('paren'), modifiers, seconds, seconds).map(
      ([expr, more, range, step]): Expr => ({
        kind: 'call',
        name: 'sum_over_time',
        args: [
          {
            kind: 'subquery',
            expr,
            rangeMs: Math.round(range * 1000),
            stepMs: Math.round(step * 1000),
            ...more,
            span,
          },
        ],
        nameSpan: span,
        span,
      }),
    ),
  ),
})).any;

describe('any tree', () => {
  it('comes back from its line, and from its lines', () => {
    fc.assert(
      fc.property(vectors, (tree) => {
        expect(bare(parseExpr(formatExpr(tree)))).toEqual(bare(tree));
        expect(bare(parseExpr(prettify(tree)))).toEqual(bare(tree));
      }),
      { numRuns: 150 },
    );
  });
});
