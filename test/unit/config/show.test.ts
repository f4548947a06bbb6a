import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { changes } from '../../../protocol/config/change.ts';
import { check } from '../../../protocol/config/check.ts';
import { formatProblem } from '../../../protocol/config/problem.ts';
import {
  dictionary,
  duration,
  list,
  listen,
  object,
  optional,
  secret,
  size,
  text,
} from '../../../protocol/config/schema.ts';
import { hide, isSecret } from '../../../protocol/config/secret.ts';
import { plain, show } from '../../../protocol/config/show.ts';

const schema = object('', {
  every: duration('', { default: '90s', restart: true }),
  cap: size('', { default: '64MiB' }),
  at: listen('', { default: '[::1]:80' }),
  words: list('', text('')),
  labels: dictionary('', '^.+$', text('', { minLength: 0 })),
  group: object('', { password: secret(''), user: optional(text('')) }, { restart: true }),
});

describe('show', () => {
  const awkward = [
    'yes',
    'null',
    '5',
    '1e3',
    '0x1f',
    'a: b',
    '# x',
    '',
    ' a',
    '- a',
    '{',
    '~',
    'é',
  ];

  test('is read back as the same', () => {
    const tree = {
      words: awkward.filter((word) => word !== ''),
      labels: Object.fromEntries(awkward.map((word, index) => [`k${word}${index}`, word])),
      group: { user: 'C:\\x "y"\n' },
    };
    const first = check(schema, tree).value;
    const again = check(schema, load(show(schema, first))).value;
    expect(again).toEqual(first);
  });

  test('quantities are written as they are read', () => {
    const value = check(schema, { every: '1h30m' }).value;
    expect(plain(schema, value)).toMatchObject({ every: '1h30m', cap: '64MiB', at: '[::1]:80' });
  });

  test('secrets are left out', () => {
    const value = check(
      schema,
      { group: { password: 'hunter2' } },
      { fromEnvironment: () => true },
    );
    expect(value.value?.group.password).toBe('hunter2');
    expect(show(schema, value.value)).not.toContain('hunter2');
  });
});

describe('changes', () => {
  const base = { every: 1, labels: { a: '1' }, words: ['x'], group: { password: hide('p') } };

  test('none between equals', () => {
    expect(changes(schema, base, { ...base, group: { password: hide('p') } })).toEqual([]);
  });

  test('each leaf, with what waits for a restart', () => {
    const after = {
      every: 2,
      labels: { b: '1' },
      words: ['x', 'y'],
      group: { password: hide('q') },
    };
    expect(changes(schema, base, after)).toEqual([
      { path: 'every', restart: true },
      { path: 'words', restart: false },
      { path: 'labels.a', restart: false },
      { path: 'labels.b', restart: false },
      { path: 'group.password', restart: true },
    ]);
  });
});

test('a secret shows in no way of printing', async () => {
  const { inspect } = await import('node:util');
  const secret = hide('hunter2');
  const printed = [
    secret.toString(),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true }),
  ];
  expect(printed.join()).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2');
  expect(isSecret(secret)).toBe(true);
  expect(isSecret('hunter2')).toBe(false);
});

test.each([
  [{ line: 3 }, 'a.yaml', 'a.yaml:3: b.c: is wrong; mend it'],
  [{}, 'a.yaml', 'a.yaml: b.c: is wrong; mend it'],
  [{ variable: 'MUSTER_B_C' }, 'a.yaml', 'MUSTER_B_C: b.c: is wrong; mend it'],
  [{}, undefined, 'b.c: is wrong; mend it'],
])('a problem in one line: %j', (place, file, line) => {
  const problem = {
    code: 'malformed' as const,
    path: 'b.c',
    keys: ['b', 'c'],
    message: 'is wrong',
    hint: 'mend it',
    ...place,
  };
  expect(formatProblem(problem, file)).toBe(line);
});
