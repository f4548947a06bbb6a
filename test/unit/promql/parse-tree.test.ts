/** The trees themselves: what binds to what, which numbers come out, and where things stand. */
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import type { Expr } from '../../../collector/promql/ast.ts';
import { children, walk } from '../../../collector/promql/ast-walk.ts';
import { formatDuration } from '../../../collector/promql/parse/duration.ts';
import { parseExpr, parseMetricSelector } from '../../../collector/promql/parse/index.ts';
import { parseMetric } from '../../../collector/promql/parse/metric.ts';
import { lineColumn } from '../../../collector/promql/parse/position.ts';
import { typeOf } from '../../../collector/promql/parse/type-of.ts';
import { SIGNATURES } from '../../../collector/promql/signatures.ts';

/** Every operator with parentheses around it. */
function grouped(expr: Expr): string {
  if (expr.kind === 'binary') return `(${grouped(expr.left)} ${expr.op} ${grouped(expr.right)})`;
  if (expr.kind === 'unary') return `(${expr.op}${grouped(expr.expr)})`;
  if (expr.kind === 'number') return String(expr.value);
  return expr.kind === 'selector' ? expr.name : `<${expr.kind}>`;
}

describe('operators', () => {
  it.each([
    ['a + b * c ^ d ^ e', '(a + (b * (c ^ (d ^ e))))'],
    ['a - b - c', '((a - b) - c)'],
    ['a or b and c unless d', '(a or ((b and c) unless d))'],
    ['a == b + c > d', '((a == (b + c)) > d)'],
    ['a * b atan2 c % d', '(((a * b) atan2 c) % d)'],
    ['-a ^ b', '(-(a ^ b))'],
    ['-a * b', '((-a) * b)'],
    ['-2 ^ 2', '(-(2 ^ 2))'],
    ['--2', '2'],
    ['2 ^ -2', '(2 ^ -2)'],
    ['a ^ -b * c', '((a ^ (-b)) * c)'],
    ['foo offset -2 ^ 2', '(foo ^ 2)'],
    ['a </ b + c', '(a </ (b + c))'],
  ])('%s is %s', (text, meaning) => {
    expect(grouped(parseExpr(text))).toBe(meaning);
  });

  it('keeps what is matched only between vectors', () => {
    expect(parseExpr('a + 1')).not.toHaveProperty('matching');
    expect(parseExpr('a and b')).toHaveProperty('matching.card', 'many-to-many');
    expect(parseExpr('a * on (x, y) group_right (z) b')).toHaveProperty('matching', {
      card: 'one-to-many',
      on: true,
      labels: ['x', 'y'],
      include: ['z'],
    });
  });
});

describe('literals', () => {
  it.each([
    ['0755', 493],
    ['09', 9],
    ['0xFF', 255],
    ['1_000.5', 1000.5],
    ['.5e1', 5],
    ['1e-400', 0],
    ['5m', 300],
    ['1h30m5ms', 5400.005],
    ['-1d', -86_400],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['nAn', Number.NaN],
  ])('%s is %d', (text, value) => {
    expect(parseExpr(text)).toMatchObject({ kind: 'number', value });
  });

  it.each([
    ['"a\\tb"', 'a\tb'],
    ["'it\\'s'", "it's"],
    ['`a\\tb\nc`', 'a\\tb\nc'],
    ['"\\x41\\102\\u00e4\\U0001F600"', 'ABä😀'],
    ['"\\xc3\\xa4\\303\\244"', 'ää'],
    ['"x\\xffy"', 'x\ufffdy'],
  ])('%s is a text', (text, value) => {
    expect(parseExpr(text)).toMatchObject({ kind: 'string', value });
  });
});

describe('selectors', () => {
  it('reads name, matchers, range, offset and time', () => {
    expect(parseExpr('x{a!="b"}[90s] offset -1m @ 1.5')).toEqual({
      kind: 'matrix',
      selector: {
        kind: 'selector',
        name: 'x',
        matchers: [
          { name: '__name__', op: '=', value: 'x' },
          { name: 'a', op: '!=', value: 'b' },
        ],
        offsetMs: -60_000,
        at: 1500,
        span: { start: 0, end: 9 },
      },
      rangeMs: 90_000,
      span: { start: 0, end: 31 },
    });
  });

  it('reads subqueries, with and without a step', () => {
    expect(parseExpr('x[1h:5m] @ end()')).toMatchObject({ rangeMs: 3.6e6, stepMs: 3e5, at: 'end' });
    expect(parseExpr('x[1.5:]')).toMatchObject({ kind: 'subquery', rangeMs: 1500, stepMs: 0 });
  });

  it('reads selectors and metrics alone', () => {
    expect(parseMetricSelector('{"a.b", c=~"d|e"}')).toEqual([
      { name: '__name__', op: '=', value: 'a.b' },
      { name: 'c', op: '=~', value: 'd|e' },
    ]);
    expect(() => parseMetricSelector('a[5m]')).toThrow('1:2: parse error: unexpected "["');
    const labels = LabelSet.fromObject({ __name__: 'up', a: 'b' });
    expect(parseMetric('up{a="b",}')).toEqual(labels);
    expect(parseMetric('{"up", "a"="b"}')).toEqual(labels);
    expect(() => parseMetric('up{a!="b"}')).toThrow(
      '1:5: parse error: unexpected <op:!=> in label set',
    );
  });
});

describe('helpers', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [90_000, '1m30s'],
    [31_536_000_000, '1y'],
    [31_622_400_000, '366d'],
    [1_209_600_000, '2w'],
    [1_209_601_000, '14d1s'],
    [-60_000, '-1m'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('counts lines, and columns in bytes', () => {
    expect(lineColumn('ab\ncd', 4)).toEqual({ line: 2, column: 2 });
    expect(lineColumn('ä€😀x', 4)).toEqual({ line: 1, column: 10 });
  });

  it('knows types and children', () => {
    expect(typeOf(parseExpr('scalar(a) + 1'))).toBe('scalar');
    expect(typeOf(parseExpr('-(a + 1)'))).toBe('vector');
    expect(typeOf(parseExpr('a[5m:]'))).toBe('matrix');
    const tree = parseExpr('topk(2, a) + rate(b[5m])');
    const seen: string[] = [];
    walk(tree, (expr, path) => seen.push(`${path.length}${expr.kind}`));
    expect(seen).toEqual([
      '0binary',
      '1aggregate',
      '2number',
      '2selector',
      '1call',
      '2matrix',
      '3selector',
    ]);
    expect(children(tree)).toHaveLength(2);
  });

  it('lists functions under their own names', () => {
    for (const [name, signature] of SIGNATURES) expect(signature.name).toBe(name);
    expect(SIGNATURES.get('label_join')).toMatchObject({ variadic: -1, experimental: false });
    expect(SIGNATURES.get('info')).toMatchObject({ variadic: 1, experimental: true });
  });
});
