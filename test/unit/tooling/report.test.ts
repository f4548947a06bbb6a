import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  addCounts,
  countBoth,
  countReport,
  failedFiles,
  noCounts,
} from '../../../scripts/lib/report.mjs';
import { root } from '../../../scripts/lib/root.mjs';

const path = (name: string) => join(root, 'test/unit', name);
const file = (name: string, status: string, ...statuses: string[]) => ({
  name: path(name),
  status,
  message: 'cannot load',
  assertionResults: statuses.map((s, i) => ({ title: `t${i}`, fullName: `t${i}`, status: s })),
});

test('counts tests by what happened to them', () => {
  const files = [file('a.test.ts', 'failed', 'passed', 'failed', 'skipped', 'todo', 'passed')];
  const counts = countReport(files, [path('a.test.ts')]);
  expect(counts).toMatchObject({ passed: 2, failed: 1, skipped: 2 });
  expect(counts.failedNames).toEqual(['test/unit/a.test.ts: t1']);
  expect(counts.skippedNames).toEqual(['test/unit/a.test.ts: t2', 'test/unit/a.test.ts: t3']);
});

test('a file that does not load and a file that was not run are failures', () => {
  const counts = countReport([file('a.test.ts', 'failed')], [path('a.test.ts'), path('b.test.ts')]);
  expect(counts.failedNames).toEqual([
    'test/unit/a.test.ts: cannot load',
    'test/unit/b.test.ts: did not run',
  ]);
});

test('of what a failed test said, what the runner was doing is left out', () => {
  const said = [
    'Error: no\n    at /x/test/a.test.ts:3:1\n    at /x/node_modules/@vitest/runner/a.js:1:1',
  ];
  const one = file('a.test.ts', 'failed', 'failed');
  const assertionResults = one.assertionResults.map((test) => ({ ...test, failureMessages: said }));
  const { messages } = countReport([{ ...one, assertionResults }], [path('a.test.ts')]);
  expect(messages).toEqual([
    'test/unit/a.test.ts: t0\n    Error: no\n        at /x/test/a.test.ts:3:1',
  ]);
});

test('adds up', () => {
  const one = { ...noCounts(), passed: 1, failed: 1, failedNames: ['x'] };
  expect(addCounts(one, one)).toMatchObject({ passed: 2, failed: 2, failedNames: ['x', 'x'] });
});

test('what runs again is what failed, did not load or did not run', () => {
  const files = [file('a.test.ts', 'failed', 'failed'), file('b.test.ts', 'passed', 'passed')];
  const expected = ['a', 'b', 'c'].map((name) => path(`${name}.test.ts`));
  expect(failedFiles(files, expected)).toEqual([path('a.test.ts'), path('c.test.ts')]);
});

test('a second try takes the place of the first, and is told', () => {
  const first = [
    file('a.test.ts', 'failed', 'passed', 'failed'),
    file('b.test.ts', 'passed', 'passed'),
  ];
  const expected = ['a', 'b'].map((name) => path(`${name}.test.ts`));
  const passes = countBoth(first, [file('a.test.ts', 'passed', 'passed', 'passed')], expected);
  expect(passes).toMatchObject({
    passed: 3,
    failed: 0,
    unsteadyNames: ['test/unit/a.test.ts: t1'],
  });
  expect(passes.messages).toHaveLength(1);
  expect(passes.messages[0]).toMatch(
    /^test\/unit\/a\.test\.ts: t1 \(passed when run again alone\)$/m,
  );
  const fails = countBoth(first, [file('a.test.ts', 'failed', 'passed', 'failed')], expected);
  expect(fails).toMatchObject({ passed: 2, failed: 1, unsteadyNames: [] });
  expect(countBoth(first, [], expected)).toMatchObject({ passed: 2, failed: 1 });
});
