/** Matchers: read as Alertmanager reads them, printed so that they are read the same. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  createMatcher,
  MATCHER_OPS,
  matchersText,
  matcherText,
} from '../../../collector/core/alerting/matcher.ts';
import { parseMatcher, parseMatchers } from '../../../collector/core/alerting/matcher-parse.ts';

const read = (text: string) => parseMatchers(text).map(({ name, op, value }) => [name, op, value]);

describe('reading', () => {
  test.each([
    ['foo=bar', [['foo', '=', 'bar']]],
    ['foo="bar"', [['foo', '=', 'bar']]],
    [' foo = "bar" ', [['foo', '=', 'bar']]],
    ['foo=~"a|b"', [['foo', '=~', 'a|b']]],
    ['foo!~a.*', [['foo', '!~', 'a.*']]],
    ['foo!="a,b"', [['foo', '!=', 'a,b']]],
    [
      '{a="b",c!="d"}',
      [
        ['a', '=', 'b'],
        ['c', '!=', 'd'],
      ],
    ],
    [
      '{a="b", c!="d",}',
      [
        ['a', '=', 'b'],
        ['c', '!=', 'd'],
      ],
    ],
    ['{}', []],
    // A brace too few is forgiven, as there.
    ['{a="b"', [['a', '=', 'b']]],
    ['foo=', [['foo', '=', '']]],
    ['foo=""', [['foo', '=', '']]],
    ['foo=bar baz', [['foo', '=', 'bar baz']]],
    ['foo=a=b', [['foo', '=', 'a=b']]],
    ['foo="a\\nb\\"c\\\\d"', [['foo', '=', 'a\nb"c\\d']]],
    ['foo=~[a-z]{2,3}', undefined],
    ['foo=~"[a-z]{2,3}"', [['foo', '=~', '[a-z]{2,3}']]],
    ['"füü bar"="x"', [['füü bar', '=', 'x']]],
    ['{"füü"=~"x|y"}', [['füü', '=~', 'x|y']]],
    ['füü=x', [['füü', '=', 'x']]],
    ['foo:bar=x', [['foo:bar', '=', 'x']]],
  ])('%s', (text, expected) => {
    if (expected === undefined) expect(() => read(text)).toThrow();
    else expect(read(text)).toEqual(expected);
  });

  test.each(['', 'foo', '=bar', 'foo=~"["', 'foo="a"b"', 'foo="unclosed', 'a==b"'])(
    'refuses %j as one matcher',
    (text) => {
      expect(() => parseMatcher(text)).toThrow();
    },
  );

  it('is the inverse of printing', () => {
    const any = fc.record({
      name: fc.oneof(fc.constantFrom('foo', 'a_b', 'site'), fc.string({ minLength: 1 })),
      op: fc.constantFrom(...MATCHER_OPS),
      value: fc.string(),
    });
    const printable = any
      .filter(({ name }) => !/\p{Cc}/u.test(name))
      .map((one) => (one.op.endsWith('~') ? { ...one, value: 'a|b' } : one));
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 4 }), (matchers) => {
        const found = parseMatchers(matchersText(matchers));
        expect(found.map(({ name, op, value }) => ({ name, op, value }))).toEqual(matchers);
      }),
    );
  });
});

describe('matching', () => {
  it('is anchored, and a missing label is empty', () => {
    expect(createMatcher('a', '=~', 'b.').matches('bc')).toBe(true);
    expect(createMatcher('a', '=~', 'b.').matches('abc')).toBe(false);
    expect(createMatcher('a', '=~', 'x|').matches('')).toBe(true);
    expect(createMatcher('a', '!=', 'x').matches('')).toBe(true);
    expect(createMatcher('a', '!~', '.+').matches('')).toBe(true);
  });

  it('ends in time on patterns that others hang on', () => {
    const hostile = createMatcher('a', '=~', '(a+)+$');
    expect(hostile.matches(`${'a'.repeat(5000)}b`)).toBe(false);
  });

  it('is printed as Alertmanager prints it', () => {
    expect(matcherText({ name: 'a', op: '=~', value: 'x"\n\\' })).toBe('a=~"x\\"\\n\\\\"');
    expect(matcherText({ name: 'a b', op: '=', value: 'x' })).toBe('"a b"="x"');
  });
});
