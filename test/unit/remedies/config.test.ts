import { describe, expect, test } from 'vitest';
import { remediesRules, remediesSchema, resolveRemedies } from '../../../agent/config/remedies.ts';
import { remedies as kinds } from '../../../agent/remedies/index.ts';
import { check } from '../../../protocol/config/check.ts';
import type { SchemaNode } from '../../../protocol/config/schema.ts';

const schema = remediesSchema(kinds);
const TASKS = ['tidy', 'update'];

/** All that is wrong, as `path: message; hint`. */
function problems(tree: unknown): string[] {
  const { value, problems: found } = check(schema, tree);
  const all = value === undefined ? found : remediesRules(kinds, value, TASKS);
  return all.map(({ keys, message, hint }) => `${keys.join('.')}: ${message}; ${hint ?? ''}`);
}

function resolved(tree: unknown) {
  const { value } = check(schema, tree);
  if (value === undefined) throw new Error(problems(tree).join('\n'));
  return resolveRemedies(kinds, value);
}

test('what is not written has defaults, durations are milliseconds', () => {
  const tree = { web: { 'restart-unit': { unit: 'web.service' } }, again: { reboot: {} } };
  const { web, again } = resolved(tree);
  expect(web).toEqual({
    kind: 'restart-unit',
    options: { unit: 'web.service' },
    enabled: true,
    limit: 3,
    per: 3_600_000,
    backoff: { min: 60_000, max: 3_600_000 },
    stopAfter: 5,
    timeout: 120_000,
  });
  expect(again).toMatchObject({ kind: 'reboot', options: {}, timeout: 60_000 });
});

test('good ones of each kind have no problems', () => {
  const tree = {
    one: { 'restart-unit': { unit: 'getty@tty1.service' }, limit: 1, per: '1d' },
    two: { task: { name: 'tidy' }, backoff: { min: '5m', max: '5m' } },
    three: { exec: { program: '/bin/true', args: ['--', ''], claims: ['unit:web.service'] } },
    four: { reboot: {}, enabled: false, stopAfter: 1, timeout: '30s' },
  };
  expect(problems(tree)).toEqual([]);
});

describe('refused, with a word on what to do', () => {
  test.each([
    [{ a: {} }, /^a?.*says not what is to be done; one of restart-unit, task, exec, reboot/],
    [{ a: { reboot: null } }, /says not what is to be done/],
    [{ a: { reboot: {}, task: { name: 'tidy' } } }, /remedies\.a\.reboot: stands beside task/],
    [{ a: { restart: { unit: 'x.service' } } }, /a\.restart: no such key/],
    [{ a: { 'restart-unit': {} } }, /a\.restart-unit\.unit: is needed/],
    [{ a: { 'restart-unit': { unit: 'web' } } }, /for example web\.service/],
    [{ a: { 'restart-unit': { unit: '--now.service' } } }, /does not match/],
    [{ a: { 'restart-unit': { unit: 'a.service b.service' } } }, /does not match/],
    [
      { a: { task: { name: 'tidi' } } },
      /remedies\.a\.task\.name: no task is called tidi; did you mean tidy/,
    ],
    [{ a: { exec: { args: [] } } }, /a\.exec\.program: is needed here/],
    [{ a: { exec: { program: '/bin/true', args: '-f' } } }, /must be a list/],
    [
      { a: { exec: { program: 'mend' } } },
      /a\.exec\.program: .*for example \/usr\/local\/bin\/mend/,
    ],
    [{ a: { exec: { program: '/bin/' } } }, /a\.exec\.program: "\/bin\/" is no file/],
    [{ a: { exec: { program: '/bin/tr\0ue' } } }, /a\.exec\.program: .* is no file/],
    [
      { a: { exec: { program: '/bin/true', args: ['a', 'b\0'] } } },
      /a\.exec\.args\.1: holds a NUL/,
    ],
    [{ a: { reboot: {}, backoff: { min: '1h', max: '1m' } } }, /must not be above backoff\.max/],
    [{ a: { reboot: {}, limit: 0 } }, /limit: must be at least 1/],
    [{ a: { reboot: {}, per: '1s' } }, /per: must be at least 1m/],
    [{ 'Not a name': { reboot: {} } }, /does not match/],
  ])('%j', (tree, why) => {
    const [first, ...others] = problems(tree);
    expect(first).toMatch(why);
    expect(others).toEqual([]);
  });
});

test('the collector may switch and tune them, never say what they do', () => {
  const open: string[] = [];
  const visit = (node: SchemaNode, path: string, isOpen: boolean) => {
    const remote = isOpen || node['x-remote'] === true;
    const children = Object.entries(node.properties ?? {});
    if (remote && children.length === 0) open.push(path);
    for (const [key, child] of children) visit(child, `${path}.${key}`, remote);
    if (typeof node.additionalProperties === 'object') {
      visit(node.additionalProperties, `${path}.*`, remote);
    }
  };
  visit(schema, 'remedies', false);
  expect(open.sort()).toEqual([
    'remedies.*.backoff.max',
    'remedies.*.backoff.min',
    'remedies.*.enabled',
    'remedies.*.limit',
    'remedies.*.per',
    'remedies.*.stopAfter',
    'remedies.*.timeout',
  ]);
});
