/** What a plain selector is, and that everything else is refused by name. */
import { describe, expect, it } from 'vitest';
import { parseDuration, parseSeconds, parseTime } from '../../../collector/core/query/duration.ts';
import { parseMatchers, parseSelector } from '../../../collector/core/query/selector.ts';
import { QueryError } from '../../../collector/core/query/types.ts';

const name = (value: string) => ({ name: '__name__', op: '=', value });

describe('selectors', () => {
  it.each([
    ['up', { matchers: [name('up')], offsetMs: 0 }],
    ['  up # a comment\n', { matchers: [name('up')], offsetMs: 0 }],
    ['job:up:rate5m{}', { matchers: [name('job:up:rate5m')], offsetMs: 0 }],
    [
      '{"http.requests",a="b",}',
      { matchers: [name('http.requests'), { name: 'a', op: '=', value: 'b' }], offsetMs: 0 },
    ],
    ['up[5m]', { matchers: [name('up')], rangeMs: 300_000, offsetMs: 0 }],
    ['up[90]', { matchers: [name('up')], rangeMs: 90_000, offsetMs: 0 }],
    ['up offset 1h30m', { matchers: [name('up')], offsetMs: 5_400_000 }],
    ['up OFFSET -7', { matchers: [name('up')], offsetMs: -7_000 }],
    ['up @ 1.5 offset 1s', { matchers: [name('up')], offsetMs: 1000, at: 1500 }],
    ['up[1m] @ start()', { matchers: [name('up')], rangeMs: 60_000, offsetMs: 0, at: 'start' }],
    ['up @ end( )', { matchers: [name('up')], offsetMs: 0, at: 'end' }],
  ])('reads %s', (text, expected) => {
    expect(parseSelector(text)).toEqual(expected);
  });

  it('reads every operator and every kind of string', () => {
    const text = `m{a!="x\\ty", b=~'it\\'s', c!~\`raw\\n\`, "d.e"="\\u00e9\\x41\\101"}`;
    expect(parseSelector(text).matchers.slice(1)).toEqual([
      { name: 'a', op: '!=', value: 'x\ty' },
      { name: 'b', op: '=~', value: "it's" },
      { name: 'c', op: '!~', value: 'raw\\n' },
      { name: 'd.e', op: '=', value: 'éAA' },
    ]);
  });

  it.each([
    'rate(m[5m])',
    'sum by (a) (m)',
    'm + 1',
    '1',
    '-m',
    'm[5m:1m]',
    '(m)',
    '"text"',
    'NaN',
    'Inf',
    'm and n',
    'm == bool 1',
    'count(m)',
    'm > 3',
    'a b',
  ])('refuses %s as PromQL that is not evaluated yet', (text) => {
    expect(() => parseSelector(text)).toThrow(/come with the PromQL engine/);
  });

  it.each([
    ['', 'no expression found in input'],
    ['{}', 'at least one non-empty matcher'],
    ['{a=""}', 'at least one non-empty matcher'],
    ['{a=~".*"}', 'at least one non-empty matcher'],
    ['m{__name__="n"}', 'must not be set twice'],
    ['m{a}', 'expected an operator'],
    ['m{a="b" c="d"}', 'expected "," or "}"'],
    ['m{a="b"', 'expected "," or "}"'],
    ['m{a=b}', 'expected string'],
    ['m{a="b}', 'unterminated quoted string'],
    ['m{a="\\q"}', 'unknown escape sequence'],
    ['m{a=~"("}', '1:3: parse error: label a: error parsing regexp'],
    ['m[0s]', 'greater than 0'],
    ['m[5x]', 'expected "]"'],
    ['m[]', 'expected a duration'],
    ['m offset 5m offset 5m', 'multiple times'],
    ['m @ 1 @ 2', 'multiple times'],
    ['m @ x', 'timestamp'],
    ['m offset 5m [5m]', 'allowed before a range'],
  ])('refuses %s: %s', (text, message) => {
    expect(() => parseSelector(text)).toThrow(message);
    expect(() => parseSelector(text)).toThrow(QueryError);
  });

  it('says where', () => {
    expect(() => parseSelector('up{\n a=b}')).toThrow(/^2:4: parse error/);
  });

  it('takes no range, offset or @ where only series are named', () => {
    expect(parseMatchers('up{a="b"}')).toHaveLength(2);
    for (const text of ['up[5m]', 'up offset 5m', 'up @ 0']) {
      expect(() => parseMatchers(text)).toThrow(QueryError);
    }
  });
});

describe('durations and times', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['100ms', 100],
    ['1w2d', 777_600_000],
    ['0', 0],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5', '30m1h', '1.5h', 'h', '-5m', '5m5m', '999999999y'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('takes seconds as numbers', () => {
    expect([
      parseSeconds('15'),
      parseSeconds('0.25'),
      parseSeconds('1e1'),
      parseSeconds('2m'),
    ]).toEqual([15_000, 250, 10_000, 120_000]);
    expect([parseSeconds('Infinity'), parseSeconds('0x10'), parseSeconds('1e300')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('takes Unix and RFC 3339 times', () => {
    expect(parseTime('1435781451.781')).toBe(1_435_781_451_781);
    expect(parseTime('2015-07-01T20:10:51.781Z')).toBe(1_435_781_451_781);
    expect(parseTime('2015-07-01T22:10:51.781+02:00')).toBe(1_435_781_451_781);
    expect(['2015-07-01', 'now', ''].map(parseTime)).toEqual([undefined, undefined, undefined]);
  });
});
