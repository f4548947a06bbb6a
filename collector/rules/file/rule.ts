/** One rule of a file. */
import type { AlertingRule, RecordingRule } from '../model.ts';
import { Fields, type Report } from '../yaml/fields.ts';
import type { Place, YamlNode, YamlScalar } from '../yaml/tree.ts';
import { checkExpression, checkTemplate, type ReadExpression } from './language.ts';
import { checkNames, mapOf, recordProblem } from './names.ts';

/** What only the group can add is missing. */
export type RuleDraft = Omit<RecordingRule, 'key'> | Omit<AlertingRule, 'key'>;

export type RuleReport = (message: string, place: Place, name: string) => void;

const RULE_KEYS = [
  'record',
  'alert',
  'expr',
  'for',
  'keep_firing_for',
  'labels',
  'annotations',
] as const;
const ALERT_ONLY = ['annotations', 'for', 'keep_firing_for'] as const;

export function readRule(
  node: YamlNode,
  lenient: boolean,
  refuse: RuleReport,
): RuleDraft | undefined {
  let name = '';
  let failed = false;
  const report: Report = (message, place) => {
    failed = true;
    refuse(message, place, name);
  };
  if (node.kind === 'mapping') name = nameOf(node);
  const fields = Fields.open(node, 'a rule', RULE_KEYS, report, lenient);
  if (fields === undefined) return undefined;
  const [record, alert] = [fields.text('record'), fields.text('alert')];
  if (record !== '' && alert !== '') {
    report("only one of 'record' and 'alert' must be set", fields.placeOf('record'));
  }
  if (record === '' && alert === '') report("one of 'record' or 'alert' must be set", node);
  const expression = readExpression(fields, report);
  if (record !== '') checkRecording(fields, record, report);
  const labels = fields.map('labels');
  const annotations = fields.map('annotations');
  checkNames(labels, 'label', report);
  checkNames(annotations, 'annotation', report);
  const holdMs = fields.duration('for') ?? 0;
  const keepFiringMs = fields.duration('keep_firing_for') ?? 0;
  if (alert !== '') {
    for (const [what, entries] of [
      ['label', labels],
      ['annotation', annotations],
    ] as const) {
      for (const { name: key, text, place } of entries) {
        const problem = checkTemplate(text);
        if (problem !== undefined) report(`${what} ${JSON.stringify(key)}: ${problem}`, place);
      }
    }
  }
  if (failed || expression === undefined) return undefined;
  const common = { name, ...expression, labels: mapOf(labels) };
  return alert === ''
    ? { kind: 'recording', ...common }
    : { kind: 'alerting', ...common, holdMs, keepFiringMs, annotations: mapOf(annotations) };
}

function nameOf(node: YamlNode & { readonly kind: 'mapping' }): string {
  const named = (key: string) => node.entries.find((one) => one.key.text === key)?.value;
  const found = [named('alert'), named('record')].find(
    (one) => one?.kind === 'scalar' && one.text !== '',
  );
  return found?.kind === 'scalar' ? found.text : '';
}

function checkRecording(fields: Fields, record: string, report: Report): void {
  for (const key of ALERT_ONLY) {
    const given = fields.get(key);
    const isEmpty =
      given === undefined ||
      (given.kind === 'scalar' && (given.isNull || /^0[a-z]*$/.test(given.text))) ||
      (given.kind === 'mapping' && given.entries.length === 0);
    if (!isEmpty) report(`invalid field '${key}' in recording rule`, fields.placeOf(key));
  }
  const problem = recordProblem(record);
  if (problem !== undefined) report(problem, fields.placeOf('record'));
}

function readExpression(fields: Fields, report: Report): ReadExpression | undefined {
  const scalar = fields.scalar('expr');
  if (scalar === undefined || scalar.text === '') {
    const wrongKind = fields.get('expr') !== undefined && scalar === undefined;
    if (!wrongKind) report("field 'expr' must be set in rule", fields.placeOf('expr'));
    return undefined;
  }
  const checked = checkExpression(scalar.text);
  if (checked.ok) return { expr: checked.expr, query: checked.query };
  report(`could not parse expression: ${checked.message}`, placeIn(scalar, checked.offset));
  return undefined;
}

/** Where a letter of an expression stands in the file. */
function placeIn(scalar: YamlScalar, offset: number): Place {
  const { content, text, block } = scalar;
  const before = text.slice(0, offset).split('\n');
  const line = before.length - 1;
  // Folded texts have lost their line ends: there the beginning is as near as one can say.
  if (!block && text.trimEnd().includes('\n')) return content;
  return { line: content.line + line, column: content.column + (before[line] ?? '').length };
}
