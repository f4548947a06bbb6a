/** The expectations of a test: alerts that fire, samples that an expression yields. */
import { LabelSet } from '../../core/label-set.ts';
import { Fields, type Report } from '../yaml/fields.ts';
import type { YamlNode } from '../yaml/tree.ts';
import type { AlertTest, ExpectedAlert, ExpectedSample, ExprTest } from './model.ts';
import { parseExpectedHistogram, parseLabels } from './notation.ts';

const ALERT_TEST_KEYS = ['eval_time', 'alertname', 'exp_alerts'] as const;
const ALERT_KEYS = ['exp_labels', 'exp_annotations'] as const;
const EXPR_KEYS = ['expr', 'eval_time', 'exp_samples'] as const;
const SAMPLE_KEYS = ['labels', 'value', 'histogram'] as const;

const FLOAT = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INTEGER = /^0(x[\da-f]+|o[0-7]+|b[01]+)$/i;

export function readAlertTest(
  node: YamlNode,
  report: Report,
  lenient: boolean,
): AlertTest | undefined {
  const fields = Fields.open(node, 'an alert test', ALERT_TEST_KEYS, report, lenient);
  if (fields === undefined) return undefined;
  const alertname = fields.text('alertname');
  const expected = fields
    .list('exp_alerts')
    .flatMap((one) => readAlert(one, alertname, report, lenient) ?? []);
  return { at: fields.duration('eval_time') ?? 0, alertname, expected };
}

function readAlert(
  node: YamlNode,
  alertname: string,
  report: Report,
  lenient: boolean,
): ExpectedAlert | undefined {
  const fields = Fields.open(node, 'an expected alert', ALERT_KEYS, report, lenient);
  if (fields === undefined) return undefined;
  const labels = fields.map('exp_labels').map(({ name, text }) => [name, text] as const);
  const annotations = fields.map('exp_annotations').map(({ name, text }) => [name, text] as const);
  return {
    labels: LabelSet.of([...labels, ['alertname', alertname]]),
    annotations: LabelSet.of(annotations),
  };
}

export function readExprTest(
  node: YamlNode,
  report: Report,
  lenient: boolean,
): ExprTest | undefined {
  const fields = Fields.open(node, 'an expression test', EXPR_KEYS, report, lenient);
  if (fields === undefined) return undefined;
  let problem: string | undefined;
  const expected = fields.list('exp_samples').flatMap((one) => {
    const read = readSample(one, report, lenient);
    if (typeof read !== 'string') return read ?? [];
    problem ??= read;
    return [];
  });
  return {
    at: fields.duration('eval_time') ?? 0,
    expr: fields.text('expr'),
    expected,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** A text: why the expectation cannot be read, which only this expression's test suffers from. */
function readSample(
  node: YamlNode,
  report: Report,
  lenient: boolean,
): ExpectedSample | string | undefined {
  const fields = Fields.open(node, 'an expected sample', SAMPLE_KEYS, report, lenient);
  if (fields === undefined) return undefined;
  const given = fields.scalar('value');
  const value = given === undefined || given.isNull ? 0 : readFloat(given.text);
  if (value === undefined && given !== undefined) {
    report(`value must be a number, not ${JSON.stringify(given.text)}`, given);
    return undefined;
  }
  const text = fields.text('labels');
  const labels = parseLabels(text);
  if (typeof labels === 'string') return `labels ${JSON.stringify(text)}: ${labels}`;
  const notation = fields.text('histogram');
  if (notation === '') return { labels, value: value ?? 0 };
  const histogram = parseExpectedHistogram(notation);
  if (typeof histogram === 'string') return `labels ${JSON.stringify(text)}: ${histogram}`;
  return { labels, value: value ?? 0, histogram };
}

/** As YAML writes floats, and as Go's programs read them. */
function readFloat(text: string): number | undefined {
  if (/^[+-]?\.?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^\.?nan$/i.test(text)) return Number.NaN;
  if (INTEGER.test(text)) return Number(text);
  return FLOAT.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}
