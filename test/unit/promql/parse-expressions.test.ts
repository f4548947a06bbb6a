/** What is read and what is refused, and that what is read prints as itself again. */
import { describe, expect, it } from 'vitest';
import { ParseError } from '../../../collector/promql/parse/errors.ts';
import { parseExpr } from '../../../collector/promql/parse/index.ts';
import { formatExpr } from '../../../collector/promql/print.ts';
import { BAD, GOOD } from '../../support/promql/expressions.ts';
import { bare } from '../../support/promql/tree.ts';

/** What only Prometheus 3 reads, much of it behind flags. */
const NEW: readonly string[] = [
  '{"my.metric"}',
  '{"my.metric", "a.b"="c", d!~"e"}',
  'sum by ("a.b", c) ({"x y"})',
  'a + on ("p.q") group_left ("r s") b',
  '5m + 1h30m',
  '-5m',
  'foo > 1d',
  'foo[300]',
  'foo[1.5]',
  'foo offset 60',
  'foo @ 5m',
  'foo[1h:300]',
  '1_000 + 0x_ff + 1_0.5_0e1_0',
  'limitk(5, foo)',
  'limit_ratio(-0.5, foo) by (a)',
  'foo anchored',
  'foo[5m] smoothed offset 1m @ end()',
  'rate(foo[5m] anchored)',
  'a + fill(0) b',
  'a == on (x) group_left () fill_left (-1) fill_right (5) b',
  'a / fill_right (Inf) b',
  'fill + fill_left',
  'foo </ 5',
  'foo >/ bar',
  'start() + end() + step() + range()',
  'max_of(1, 2)',
  'step + range',
  'foo[step()]',
  'foo[5m + step() * 2]',
  'foo[(5m + 1m) * 2 ^ 2 ^ 3]',
  'foo[-(step() - 1h)]',
  'foo[max(5m, step()) : min(1m, 30) % 7]',
  'foo offset -max(1m, step())',
  'foo offset (1m + 1m)',
  'foo offset step() * 2',
  'info(foo)',
  'info(foo, {a=~".*"})',
  'histogram_quantiles(foo, "q", 0.1, 0.5, 0.9)',
  'sort_by_label(foo, "a", "b")',
  'double_exponential_smoothing(foo[5m], 0.1, 0.2)',
];

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ['', 'unknown position: parse error: no expression found in input'],
  [
    'rate(foo)',
    '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
  ],
  ['1 +\n  foo[5m', '2:9: parse error: unexpected end of input in duration expression'],
  ['"ä" + $', "1:8: parse error: unexpected character: '$'"],
  ['1 == 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
  ['a and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ['foo{__name__="bar"}', '1:1: parse error: metric name must not be set twice: "foo" or "bar"'],
  ['foo{a=~"("}', '1:5: parse error: error parsing regexp: missing closing ): `(`'],
  ['{a=""}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  [
    'a + on (x) group_left (x) b',
    '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
  ],
  ['a and fill (0) b', '1:1: parse error: filling in missing series not allowed for set operators'],
  [
    '1 + fill (0) b',
    '1:1: parse error: filling in missing series only allowed between instant vectors',
  ],
  ['a + fill (x) b', '1:11: parse error: unexpected identifier "x" in fill, expected number'],
  ['foo(1)', '1:1: parse error: unknown function with name "foo"'],
  [
    'topk(1)',
    '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1',
  ],
  ['round(a, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
  [
    'label_join(a)',
    '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1',
  ],
  ['foo[5m] offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
  ['sum(foo)[5m]', '1:9: parse error: ranges only allowed for vector selectors'],
  ['foo[0]', '1:5: parse error: duration must be greater than 0'],
  ['foo[5m/0]', '1:7: parse error: division by zero'],
  ['foo[5m%0s]', '1:7: parse error: modulo by zero'],
  ['foo[1e30]', '1:5: parse error: duration out of range'],
  ['300y', '1:1: parse error: duration out of range'],
  ['1m1h', '1:1: parse error: not a valid duration string: "1m1h"'],
  ['foo[:5m]', '1:6: parse error: unexpected colon before duration in duration expression'],
  ['foo[5m:1m:1m]', '1:11: parse error: unexpected repeated colon in duration expression'],
  [
    'foo @ 1e40',
    '1:1: parse error: timestamp out of bounds for @ modifier: 10000000000000000303786028427003666890752.000000',
  ],
  [
    'foo anchored smoothed',
    '1:1: parse error: anchored and smoothed modifiers cannot be used together',
  ],
  ['foo[5m:] anchored', '1:1: parse error: anchored modifier is not supported for subqueries'],
  [
    'info(foo, bar)',
    '1:11: parse error: expected label selectors only, got vector selector instead',
  ],
  ['info(foo, {a="b"} + 1)', '1:11: parse error: expected label selectors only'],
  [
    'info(foo, 1)',
    '1:1: parse error: expected type instant vector in call to function "info", got scalar',
  ],
  ['sum by ("") (x)', '1:9: parse error: invalid label name for grouping: ""'],
  ['"\\q"', "1:1: parse error: unknown escape sequence U+0071 'q'"],
];

function refusal(text: string, experimental = true): ParseError {
  try {
    parseExpr(text, { experimental });
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error(`not refused: ${text}`);
}

describe('parseExpr', () => {
  it.each([...GOOD, ...NEW])('reads %s and prints it as itself', (text) => {
    const tree = parseExpr(text);
    const printed = formatExpr(tree);
    expect(bare(parseExpr(printed))).toEqual(bare(tree));
    expect(formatExpr(parseExpr(printed))).toBe(printed);
  });

  it.each(BAD)('refuses %s', (text) => {
    const { type, span, message } = refusal(text);
    expect(type).toBe('bad_data');
    expect(message).toContain('parse error: ');
    expect(span.start).toBeLessThanOrEqual(text.length + 1);
  });

  it.each(REFUSED)('refuses %s with the place and the reason', (text, message) => {
    expect(refusal(text).message).toBe(message);
  });

  it.each([
    ['limitk(5, foo)', 'limitk() is experimental and must be enabled'],
    ['mad_over_time(foo[5m])', 'function "mad_over_time" is not enabled'],
    ['foo[step()]', 'experimental duration expression is not enabled'],
    ['foo anchored', 'anchored modifier is experimental and not enabled'],
    ['a + fill (0) b', 'binop fill modifiers are experimental and not enabled'],
  ])('refuses %s when experiments are off', (text, reason) => {
    expect(refusal(text, false).reason).toContain(reason);
  });
});
