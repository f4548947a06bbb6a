/** A test file in promtool's format: text in, tests or problems out. */
import { parseTime } from '../../core/query/duration.ts';
import type { RuleProblem } from '../problem.ts';
import { Fields, type Report } from '../yaml/fields.ts';
import { type Place, parseYaml, YamlError, type YamlNode } from '../yaml/tree.ts';
import { readAlertTest, readExprTest } from './cases.ts';
import type { InputSeries, TestFile, TestGroup } from './model.ts';
import { parseInput } from './notation.ts';

export interface ParsedTests {
  readonly file: TestFile;
  readonly problems: readonly RuleProblem[];
}

const FILE_KEYS = [
  'rule_files',
  'evaluation_interval',
  'group_eval_order',
  'fuzzy_compare',
  'tests',
] as const;
const GROUP_KEYS = [
  'interval',
  'input_series',
  'alert_rule_test',
  'promql_expr_test',
  'external_labels',
  'external_url',
  'name',
  'start_timestamp',
] as const;
const DEFAULT_EVALUATION_MS = 60_000;

const NOTHING: TestFile = {
  ruleFiles: [],
  evaluationMs: DEFAULT_EVALUATION_MS,
  fuzzyCompare: false,
  groupOrder: [],
  tests: [],
};

export function parseTestFile(file: string, text: string, ignoreUnknown = false): ParsedTests {
  const problems: RuleProblem[] = [];
  const report: Report = (message, { line, column }) =>
    void problems.push({ file, message, line, column });
  let tree: YamlNode | undefined;
  try {
    tree = parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { message, place } = error;
    return { file: NOTHING, problems: [{ file, message: `not valid YAML: ${message}`, ...place }] };
  }
  if (tree === undefined) return { file: NOTHING, problems };
  const fields = Fields.open(tree, 'a test file', FILE_KEYS, report, ignoreUnknown);
  if (fields === undefined) return { file: NOTHING, problems };
  const evaluationMs = fields.duration('evaluation_interval') || DEFAULT_EVALUATION_MS;
  const order = fields.texts('group_eval_order');
  refuseRepeated(order, report);
  const parsed = {
    ruleFiles: fields.texts('rule_files').map((one) => one.text),
    evaluationMs,
    fuzzyCompare: fields.boolean('fuzzy_compare') ?? false,
    groupOrder: order.map((one) => one.text),
    tests: fields.list('tests').flatMap((node, index) => {
      const group = readGroup(node, index, evaluationMs, report, ignoreUnknown);
      return group === undefined ? [] : [group];
    }),
  };
  return { file: parsed, problems };
}

function refuseRepeated(
  names: readonly (Place & { readonly text: string })[],
  report: Report,
): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) report(`group name repeated in evaluation order: ${name.text}`, name);
    seen.add(name.text);
  }
}

function readGroup(
  node: YamlNode,
  index: number,
  evaluationMs: number,
  report: Report,
  lenient: boolean,
): TestGroup | undefined {
  const fields = Fields.open(node, 'a test', GROUP_KEYS, report, lenient);
  if (fields === undefined) return undefined;
  const problems: string[] = [];
  const name = fields.text('name');
  const input = fields
    .list('input_series')
    .flatMap((one) => readInput(one, report, lenient, problems) ?? []);
  const alertTests = fields.list('alert_rule_test').flatMap((one) => {
    const test = readAlertTest(one, report, lenient);
    if (test?.alertname === '') {
      const where = name === '' ? '' : ` (in TestGroup ${name})`;
      problems.push(`an item under alert_rule_test misses required attribute alertname${where}`);
    }
    return test ?? [];
  });
  return {
    title: name === '' ? `unnamed#${index}` : name,
    name,
    line: node.line,
    intervalMs: fields.duration('interval') || evaluationMs,
    start: readStart(fields, report),
    input,
    alertTests,
    exprTests: fields
      .list('promql_expr_test')
      .flatMap((one) => readExprTest(one, report, lenient) ?? []),
    externalLabels: Object.fromEntries(
      fields.map('external_labels').map(({ name: label, text }) => [label, text]),
    ),
    externalUrl: fields.text('external_url'),
    problems,
  };
}

function readStart(fields: Fields, report: Report): number {
  const scalar = fields.scalar('start_timestamp');
  if (scalar === undefined || scalar.text === '') return 0;
  const time = parseTime(scalar.text);
  if (time === undefined) {
    const shown = JSON.stringify(scalar.text);
    report(`start_timestamp must be Unix seconds or RFC 3339, not ${shown}`, scalar);
  }
  return time ?? 0;
}

function readInput(
  node: YamlNode,
  report: Report,
  lenient: boolean,
  problems: string[],
): InputSeries | undefined {
  const fields = Fields.open(node, 'a series', ['series', 'values'], report, lenient);
  if (fields === undefined) return undefined;
  const read = parseInput(fields.text('series'), fields.text('values'));
  if (read.ok) return read.series;
  problems.push(`input_series at line ${node.line}: ${read.problem}`);
  return undefined;
}
