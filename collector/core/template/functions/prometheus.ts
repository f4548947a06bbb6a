/** The functions of Prometheus' rule templates, and the data that such a template sees. */
import { CallError } from '../errors.ts';
import { escapeQuery } from '../escape.ts';
import { type Functions, parseTemplate, type Template } from '../template.ts';
import { durationValue, timeValue } from '../time.ts';
import {
  type AnyFunctionSpec,
  Dict,
  List,
  SafeText,
  Struct,
  textOf,
  type Value,
} from '../values.ts';
import { parsePrometheusDuration } from './duration.ts';
import { stripDomain, stripPort } from './host.ts';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  millisecondsOf,
  numberOf,
} from './humanize.ts';
import { anything, matches, type Named, replaceAll, texts, titleWords } from './text.ts';

/** One series of an answer to `query`. */
export interface TemplateSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusFunctionOptions {
  /** An instant query, at the time of the evaluation. Refuse by throwing CallError. */
  readonly query: (expr: string) => Promise<readonly TemplateSample[]>;
  readonly externalUrl: string;
  /** UTC milliseconds of the evaluation. */
  readonly now: number;
}

/** Parses once; `executeAsync` takes the functions of each evaluation. Throws TemplateError. */
export function parsePrometheusTemplate(name: string, text: string): Template {
  return parseTemplate(name, PROMETHEUS_PRELUDE + text, { functions: UNBOUND });
}

const EMPTY_FIRST = 'first() called on vector with no elements';

export function prometheusFunctions(options: PrometheusFunctionOptions): Functions {
  const { query, externalUrl, now } = options;
  return new Map<string, AnyFunctionSpec>([
    ...PLAIN,
    [
      'query',
      {
        params: ['string'] as const,
        callAsync: async ([expr]: readonly Value[]) =>
          new List('template.queryResult', (await query(textOf(expr) ?? '')).map(sampleValue)),
      },
    ],
    ['externalURL', { params: [], call: () => externalUrl }],
    ['pathPrefix', { params: [], call: () => new URL(externalUrl).pathname.replace(/\/$/, '') }],
    ['now', { params: [], call: () => now / 1000 }],
  ]);
}

/** What Prometheus puts before each template: `$labels`, `$value` and others. Errors count its length. */
const PROMETHEUS_PRELUDE =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}' +
  '{{$externalURL := .ExternalURL}}{{$value := .Value}}';

// Go has no name for it, and its errors say all of it.
const DATA_TYPE =
  'struct { Labels map[string]string; ExternalLabels map[string]string; ' +
  'ExternalURL string; Value float64 }';

export interface PrometheusData {
  readonly labels: Iterable<readonly [string, string]>;
  readonly externalLabels: Iterable<readonly [string, string]>;
  readonly externalUrl: string;
  readonly value: number;
}

export function prometheusData(data: PrometheusData): Value {
  const fields = new Map<string, Value>([
    ['Labels', Dict.ofStrings(data.labels)],
    ['ExternalLabels', Dict.ofStrings(data.externalLabels)],
    ['ExternalURL', data.externalUrl],
    ['Value', data.value],
  ]);
  return new Struct(DATA_TYPE, fields);
}

function sampleValue({ labels, value }: TemplateSample): Value {
  const fields = new Map<string, Value>([
    ['Labels', Dict.ofStrings(Object.entries(labels))],
    ['Value', value],
  ]);
  return new Struct('*template.sample', fields);
}

/** The engine has looked at the type. */
function asList(value: Value): List {
  return value instanceof List ? value : new List('template.queryResult', []);
}

function fieldOf(sample: Value, name: 'Labels' | 'Value'): Value {
  return sample instanceof Struct ? sample.fields.get(name) : undefined;
}

function labelOf(sample: Value, name: string): string {
  const labels = fieldOf(sample, 'Labels');
  return labels instanceof Dict ? (textOf(labels.entries.get(name)) ?? '') : '';
}

function sortedByLabel(name: string, list: List): List {
  const rows = list.items.map((item) => [labelOf(item, name), item] as const);
  const order = rows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return new List(
    list.type,
    order.map(([, item]) => item),
  );
}

function first(list: List): Value {
  if (list.items.length === 0) throw new CallError(EMPTY_FIRST);
  return list.items[0];
}

const PLAIN: readonly Named[] = [
  ['first', { params: ['vector'], call: ([list]) => first(asList(list)) }],
  [
    'label',
    { params: ['string', 'any'], call: ([name, sample]) => labelOf(sample, textOf(name) ?? '') },
  ],
  ['value', { params: ['sample'], call: ([sample]) => fieldOf(sample, 'Value') }],
  ['strvalue', { params: ['sample'], call: ([sample]) => labelOf(sample, '__value__') }],
  [
    'sortByLabel',
    {
      params: ['string', 'vector'],
      call: ([name, list]) => sortedByLabel(textOf(name) ?? '', asList(list)),
    },
  ],
  [
    'args',
    {
      params: ['any'],
      variadic: true,
      call: (args) =>
        new Dict(
          'map[string]interface {}',
          new Map(args.map((arg, index) => [`arg${index}`, arg])),
          undefined,
        ),
    },
  ],
  texts('reReplaceAll', 3, replaceAll),
  texts('safeHtml', 1, (text) => new SafeText('html', text)),
  texts('match', 2, matches),
  texts('title', 1, titleWords),
  texts('toUpper', 1, (text) => text.toUpperCase()),
  texts('toLower', 1, (text) => text.toLowerCase()),
  texts('graphLink', 1, (expr) => `/graph?g0.expr=${escapeQuery(expr)}&g0.tab=0`),
  texts('tableLink', 1, (expr) => `/graph?g0.expr=${escapeQuery(expr)}&g0.tab=1`),
  texts('stripPort', 1, stripPort),
  texts('stripDomain', 1, stripDomain),
  texts('urlQueryEscape', 1, escapeQuery),
  texts('parseDuration', 1, parsePrometheusDuration),
  anything('humanize', (value) => humanize(numberOf(value))),
  anything('humanize1024', (value) => humanize1024(numberOf(value))),
  anything('humanizeDuration', (value) => humanizeDuration(numberOf(value))),
  anything('humanizePercentage', (value) => humanizePercentage(numberOf(value))),
  anything('humanizeTimestamp', (value) => humanizeTimestamp(numberOf(value))),
  anything('toTime', (value) => timeValue(millisecondsOf(numberOf(value)))),
  anything('toDuration', (value) => durationValue(BigInt(Math.trunc(numberOf(value) * 1e9)))),
];

const UNBOUND = prometheusFunctions({
  query: () => Promise.reject(new CallError('there is nothing to query here')),
  externalUrl: 'http://localhost/',
  now: 0,
});
