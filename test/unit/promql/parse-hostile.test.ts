/** Texts that are made to hang or to overflow: refused in a few steps, and never by a full stack. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParseError } from '../../../collector/promql/parse/errors.ts';
import { parseExpr } from '../../../collector/promql/parse/index.ts';
import { MAX_DEPTH, MAX_TEXT } from '../../../collector/promql/parse/reader.ts';
import { formatExpr, prettify } from '../../../collector/promql/print.ts';
import { codePoint } from '../../support/code-point.ts';
import { rounds } from '../../support/rounds.ts';

function outcome(text: string): string {
  try {
    prettify(parseExpr(text));
    return 'read';
  } catch (error) {
    if (error instanceof ParseError) return error.reason;
    throw error;
  }
}

const filled = (unit: string, head = '', tail = '') =>
  head + unit.repeat(Math.floor((MAX_TEXT - head.length - tail.length) / unit.length)) + tail;

const TOO_DEEP = `expression is nested or chained more than ${MAX_DEPTH} levels deep`;

describe('hostile texts', () => {
  it.each([
    ['+1', '1', ''],
    ['^2', '2', ''],
    [' or b', 'a', ''],
    ['(', '', ''],
    ['-', '', '1'],
    ['sum(', '', ''],
    ['rate(x[5m:', '', ''],
    ['1+', 'x[', '1]'],
    ['(', 'x[', ''],
    ['-', 'x[', ''],
    ['max(1,', 'x[', ''],
  ])('refuses a text full of %s as too deep', (unit, head, tail) => {
    expect(outcome(filled(unit, head, tail))).toMatch(/levels deep|unexpected/);
  });

  it('reads to the last level, and not beyond', () => {
    const chain = (operators: number) => `1${'+1'.repeat(operators)}`;
    expect(outcome(chain(MAX_DEPTH - 1))).toBe('read');
    expect(outcome(chain(MAX_DEPTH))).toBe(TOO_DEEP);
    const nest = (levels: number) => `${'('.repeat(levels)}1${')'.repeat(levels)}`;
    expect(outcome(nest(MAX_DEPTH - 1))).toBe('read');
    expect(outcome(nest(MAX_DEPTH))).toBe(TOO_DEEP);
  });

  it('refuses longer texts unread', () => {
    expect(outcome(' '.repeat(MAX_TEXT + 1))).toMatch(/^expression has 262145 characters/);
    expect(outcome(filled('a'))).toBe('read');
  });

  it('refuses patterns that take long to compile', () => {
    expect(outcome(filled('a|b*', 'x{a=~"', '"}'))).toMatch(/^regular expressions have more than/);
    expect(outcome(filled('a=~"b.*",', 'x{', '}'))).toMatch(/^regular expressions have more than/);
    // Alternations of literals need no engine.
    expect(outcome(filled('abc|', 'x{a=~"', 'a"}'))).toBe('read');
    expect(outcome('x{a=~"(a{1000}){1000}"}')).toMatch(/^error parsing regexp/);
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    ...'sum by without ( ) { } [ ] : , + - * / ^ % @ offset start end 5m 1 "a" a foo{b="c"} [5m] [1h:1m] rate( step() on group_left bool == =~ ! \' ` \\ # or and unless fill(0) anchored NaN'.split(
      ' ',
    ),
  ),
  fc.string({ maxLength: 3 }),
  fc.string({ maxLength: 3, unit: codePoint }),
);

describe('any text', () => {
  it('is read or refused with a place inside it', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.constantFrom('', ' '), (parts, glue) => {
        const text = parts.join(glue);
        try {
          const printed = formatExpr(parseExpr(text));
          expect(formatExpr(parseExpr(printed))).toBe(printed);
        } catch (error) {
          if (!(error instanceof ParseError)) throw error;
          expect(error.span.start).toBeLessThanOrEqual(text.length + 1);
          expect(error.message).toMatch(/^(unknown position|\d+:\d+): parse error: ./s);
        }
      }),
      { numRuns: rounds(3000) },
    );
  });
});
