import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandGlob } from '../../collector/rules/glob.ts';
import { loadRules } from '../../collector/rules/load.ts';
import { runSuite } from '../../collector/rules/unit-test/suite.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SHIPPED = join(ROOT, 'deploy/rules');
const VECTORS = join(ROOT, 'test/vectors/rules');

const filesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(folder, name));

const load = (paths: readonly string[]) =>
  loadRules(paths.map((path) => ({ path, text: readFileSync(path, 'utf8') })));

async function suite(path: string) {
  const read = async (pattern: string) => {
    const full = join(dirname(path), pattern);
    const found = await expandGlob(full, (folder) => Promise.resolve(readdirSync(folder)));
    return found.map((one) => ({ path: one, text: readFileSync(one, 'utf8') }));
  };
  return runSuite(path, readFileSync(path, 'utf8'), read);
}

describe('the rules that we ship', () => {
  const { groups, problems } = load(filesIn(SHIPPED));
  const alerts = groups.flatMap(({ rules }) => rules).filter(({ kind }) => kind === 'alerting');

  it('load', () => {
    expect(problems).toEqual([]);
    expect(alerts.length).toBeGreaterThan(30);
  });

  it('say how bad it is, what happened and what to do', () => {
    for (const rule of alerts) {
      expect(['warning', 'critical'], rule.name).toContain(rule.labels['severity']);
      expect(rule.kind === 'alerting' && rule.annotations, rule.name).toMatchObject({
        summary: expect.stringMatching(/./) as string,
        action: expect.stringMatching(/./) as string,
      });
    }
  });

  it('are each under test', () => {
    const tests = filesIn(join(SHIPPED, 'tests')).map((path) => readFileSync(path, 'utf8'));
    const untested = alerts.filter(
      ({ name }) => !tests.some((text) => text.includes(`alertname: ${name}\n`)),
    );
    expect(untested.map(({ name }) => name)).toEqual([]);
  });

  it.each(filesIn(join(SHIPPED, 'tests')))('%s', async (path) => {
    expect((await suite(path)).failures).toEqual([]);
  });
});

describe('rules of users of earlier systems', () => {
  it('load word for word and work', async () => {
    const result = await suite(join(VECTORS, 'earlier.test.yml'));
    expect(result).toMatchObject({ failures: [], passed: 1, warnings: [] });
  });
});
