import { describe, expect, it } from 'vitest';
import type { RuleText } from '../../../collector/rules/load.ts';
import { runSuite, type SuiteOptions } from '../../../collector/rules/unit-test/suite.ts';

const RULES = `groups:
- name: g
  rules:
  - {record: twice, expr: x * 2}
  - {alert: High, expr: x > 5, annotations: {at: "{{ $value }}"}}
`;

const read = (pattern: string): Promise<readonly RuleText[]> =>
  Promise.resolve(pattern === 'rules.yml' ? [{ path: pattern, text: RULES }] : []);

const run = (tests: string, head = '', options: SuiteOptions = {}) =>
  runSuite('t.yml', `rule_files: [rules.yml]\n${head}tests:\n${tests}`, read, options);

const messages = async (...given: Parameters<typeof run>) =>
  (await run(...given)).failures.map(({ message }) => message);

describe('a test file', () => {
  it('begins when it says', async () => {
    const test = (start: string, time: number) => `
- interval: 1m
  start_timestamp: ${start}
  input_series: [{series: x, values: '1+1x10'}]
  promql_expr_test:
  - {expr: timestamp(x), eval_time: 2m, exp_samples: [{value: ${time}}]}
`;
    expect(await messages(test('1609459200', 1_609_459_320))).toEqual([]);
    expect(await messages(test('"2021-01-01T00:00:00Z"', 1_609_459_320))).toEqual([]);
    expect(await messages(test('whenever', 0))).toEqual([
      expect.stringContaining('start_timestamp must be Unix seconds or RFC 3339'),
    ]);
  });

  it('compares to the last bit, unless it says otherwise', async () => {
    const test = "- promql_expr_test: [{expr: '0.1 + 0.2', exp_samples: [{value: 0.3}]}]\n";
    expect(await messages(test)).toHaveLength(1);
    expect(await messages(test, 'fuzzy_compare: true\n')).toEqual([]);
  });

  it('knows native histograms', async () => {
    const test = (expected: string) => `
- input_series: [{series: h, values: '{{schema:0 sum:5 count:4 buckets:[1 2 1]}}x3'}]
  promql_expr_test:
  - {expr: h, eval_time: 0, exp_samples: [{labels: h, histogram: '${expected}'}]}
`;
    expect(await messages(test('{{schema:0 sum:5 count:4 buckets:[1 2 1]}}'))).toEqual([]);
    const [failure] = await messages(test('{{schema:0 sum:5 count:4 buckets:[1 2 2]}}'));
    expect(failure).toContain('+ h {count:4, sum:5');
    expect(await messages(test('{{schema:0'))).toHaveLength(1);
    expect(await messages(test('1'))).toEqual([expect.stringContaining('expected histogram')]);
  });

  it('tells what was expected and what came', async () => {
    const test = `
- name: two
  input_series: [{series: 'x{i="a"}', values: '7'}, {series: 'x{i="b"}', values: '9'}]
  alert_rule_test:
  - eval_time: 0
    alertname: High
    exp_alerts: [{exp_labels: {i: a}, exp_annotations: {at: "7"}}, exp_labels: {i: c}]
  promql_expr_test:
  - {expr: twice, eval_time: 0, exp_samples: [{labels: 'twice{i="a"}', value: 14}]}
`;
    expect(await messages(test)).toEqual([
      `alertname: High, time: 0s, expected (-) and fired (+) differ:
        {alertname="High", i="a"} annotations {at="7"}
      - {alertname="High", i="c"} annotations {}
      + {alertname="High", i="b"} annotations {at="9"}`,
      `expr: "twice", time: 0s, expected (-) and yielded (+) differ:
        twice{i="a"} 14
      + twice{i="b"} 18`,
    ]);
  });

  it('runs the tests that are asked for', async () => {
    const tests = '- {name: one}\n- {name: two, promql_expr_test: [{expr: "1"}]}\n';
    expect(await run(tests)).toMatchObject({ passed: 1, failures: [{ test: 'two' }] });
    expect(await run(tests, '', { run: [/^o/] })).toMatchObject({ passed: 1, failures: [] });
    expect(await run(tests, '', { run: [/x/] })).toMatchObject({ passed: 0, failures: [] });
  });

  it('warns of patterns that match nothing', async () => {
    const result = await runSuite('t.yml', 'rule_files: [no.yml]\ntests: []\n', read);
    expect(result).toMatchObject({ failures: [], warnings: ['no file matches no.yml'] });
  });

  it.each([
    ['- {promql_tests: []}', 't.yml:3:4: unknown field "promql_tests" in a test'],
    ['- promql_expr_test: [{expr: x, eval_time: soon}]', 'not a valid duration string: "soon"'],
    ['- promql_expr_test: [{expr: x, exp_samples: [{value: much}]}]', 'value must be a number'],
    ['- input_series: [{series: "x{", values: "1"}]', 'input_series at line 3'],
    ['- alert_rule_test: [{eval_time: 1m}]', 'misses required attribute alertname'],
    ['- [1]', 'a test must be a mapping, not a list'],
    ['- {name: [a]}', 'name must be a text, not a list'],
  ])('refuses %s', async (tests, reason) => {
    expect((await messages(`${tests}\n`)).join('\n')).toContain(reason);
  });

  it('refuses an order that names a group twice', async () => {
    expect(await messages('- {}\n', 'group_eval_order: [g, g]\n')).toEqual([
      't.yml:2:23: group name repeated in evaluation order: g',
    ]);
  });
});
