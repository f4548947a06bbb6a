import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Listen } from '../../../protocol/config/address.ts';
import { check } from '../../../protocol/config/check.ts';
import {
  choice,
  count,
  dictionary,
  duration,
  flag,
  type Infer,
  list,
  listen,
  object,
  optional,
  secret,
  size,
  text,
} from '../../../protocol/config/schema.ts';

const schema = object('Everything.', {
  name: text('A name.', { default: 'x', pattern: '^[a-z]+$', examples: ['home'] }),
  level: choice('A level.', ['low', 'high'], { default: 'low' }),
  every: duration('A duration.', { default: '10s', min: '1s', max: '1h' }),
  cap: size('A size.', { default: '64MiB', min: '1MiB' }),
  count: count('A count.', { default: 3, min: 1, max: 10 }),
  on: flag('A switch.', { default: false }),
  at: listen('An address.', { default: '127.0.0.1:80' }),
  hosts: list('Names.', text('A name.')),
  labels: dictionary('Labels.', '^[a-z]+$', text('A value.', { minLength: 0 })),
  broker: object('A group.', {
    url: text('An address.', { default: 'mqtt://x' }),
    password: secret('A secret.'),
    passwordFile: optional(text('A file.')),
  }),
  tls: optional(object('Files.', { certFile: text('One.'), keyFile: text('Other.') })),
});

const problemsOf = (tree: unknown) =>
  check(schema, tree).problems.map(({ code, keys, message, hint }) =>
    [code, keys.join('.'), message, hint].filter((part) => part !== undefined),
  );

test('the compiler knows what passes', () => {
  type Settings = Infer<typeof schema>;
  expectTypeOf<Settings['every']>().toEqualTypeOf<number>();
  expectTypeOf<Settings['level']>().toEqualTypeOf<'low' | 'high'>();
  expectTypeOf<Settings['at']>().toEqualTypeOf<Listen>();
  expectTypeOf<Settings['labels']>().toEqualTypeOf<Readonly<Record<string, string>>>();
  expectTypeOf<NonNullable<Settings['tls']>['certFile']>().toEqualTypeOf<string>();
  expectTypeOf<Settings>().toHaveProperty('tls').toBeNullable();
});

test('defaults are filled in, quantities are numbers', () => {
  expect(check(schema, undefined)).toEqual({
    problems: [],
    value: {
      name: 'x',
      level: 'low',
      every: 10_000,
      cap: 67_108_864,
      count: 3,
      on: false,
      at: { host: '127.0.0.1', port: 80 },
      hosts: [],
      labels: {},
      broker: { url: 'mqtt://x' },
    },
  });
});

test('a key without a value counts as not written', () => {
  expect(check(schema, { name: null, broker: null, tls: null, every: null }).value).toEqual(
    check(schema, {}).value,
  );
});

test('what is written is taken', () => {
  const written = { every: '1m', labels: { line: '' }, tls: { certFile: 'a', keyFile: 'b' } };
  expect(check(schema, written).value).toMatchObject({ ...written, every: 60_000 });
});

describe('problems', () => {
  test.each([
    [{ nam: 'x' }, 'unknown-key', 'nam', 'no such key', 'did you mean name?'],
    [{ broker: { ulr: 'x' } }, 'unknown-key', 'broker.ulr', 'no such key', 'did you mean url?'],
    [
      { every: 10 },
      'wrong-type',
      'every',
      'must be a duration such as 10s, 5m, 1h or 2d, not 10',
      'write the unit, e.g. 10s',
    ],
    [
      { every: 'soon' },
      'malformed',
      'every',
      'must be a duration such as 10s, 5m, 1h or 2d, not "soon"',
    ],
    [{ every: '2h' }, 'out-of-range', 'every', 'must be at most 1h, not 2h'],
    [{ cap: '1KiB' }, 'out-of-range', 'cap', 'must be at least 1MiB, not 1KiB'],
    [{ count: 0 }, 'out-of-range', 'count', 'must be at least 1, not 0'],
    [{ count: 11 }, 'out-of-range', 'count', 'must be at most 10, not 11'],
    [{ count: 1.5 }, 'wrong-type', 'count', 'must be a whole number, not 1.5'],
    [{ count: Number.NaN }, 'wrong-type', 'count', 'must be a whole number, not NaN'],
    [{ on: 'yes' }, 'wrong-type', 'on', 'must be true or false, not "yes"'],
    [
      { level: 'hihg' },
      'not-allowed',
      'level',
      'must be low or high, not "hihg"',
      'did you mean high?',
    ],
    [{ name: 'A' }, 'malformed', 'name', '"A" does not match ^[a-z]+$', 'for example home'],
    [{ name: '' }, 'malformed', 'name', 'must not be empty'],
    [{ name: 5 }, 'wrong-type', 'name', 'must be text, not 5', 'put it in quotes: "5"'],
    [
      { at: '80' },
      'malformed',
      'at',
      'must be an address and port such as 127.0.0.1:8080 or [::1]:8080, not "80"',
    ],
    [{ hosts: 'a' }, 'wrong-type', 'hosts', 'must be a list, not "a"', 'write ["a"]'],
    [{ hosts: ['a', {}] }, 'wrong-type', 'hosts.1', 'must be text, not a group of keys'],
    [{ labels: { A: 'x' } }, 'malformed', 'labels.A', 'the key does not match ^[a-z]+$'],
    [{ broker: [] }, 'wrong-type', 'broker', 'must be a group of keys, not a list'],
    [{ tls: { certFile: 'a' } }, 'missing', 'tls.keyFile', 'is needed here and not set'],
    [5, 'wrong-type', '', 'must be a group of keys, not 5'],
  ])('%j', (tree, ...expected) => {
    expect(problemsOf(tree)).toEqual([expected]);
  });

  test('all of them at once', () => {
    expect(problemsOf({ nam: 1, every: 5, broker: { url: 3, x: 1 } })).toHaveLength(4);
  });

  test('a secret in the file is refused and not repeated', () => {
    const problems = problemsOf({ broker: { password: 'hunter2' } });
    expect(problems[0]?.slice(0, 2)).toEqual(['secret', 'broker.password']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(JSON.stringify(problems)).toContain('broker.passwordFile');
  });

  test('a password in an address is not repeated', () => {
    const url = object('', { url: text('', { pattern: '^mqtt://[^@]+$' }) });
    const { problems } = check(url, { url: 'mqtt://me:hunter2@x' });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is no key', (key) => {
    const tree = JSON.parse(`{"${key}": {"name": "a"}}`) as unknown;
    expect(problemsOf(tree)[0]?.[0]).toBe('unknown-key');
    expect(({} as Record<string, unknown>)['name']).toBeUndefined();
  });
});
