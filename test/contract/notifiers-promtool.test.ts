/** Prometheus' templates beside Debian's promtool: the same annotations for the same series. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CallError, TemplateError } from '../../collector/core/template/errors.ts';
import {
  parsePrometheusTemplate,
  prometheusData,
  prometheusFunctions,
  type TemplateSample,
} from '../../collector/core/template/functions/prometheus.ts';
import { executeAsync } from '../../collector/core/template/template.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const PROMTOOL = '/usr/bin/promtool';
const VALUE = 1234567.5;
const URL = 'http://prom.example.org:9090/base';
const LABELS = { instance: 'dev-1.example.org:9100', job: 'node', note: '<a> & "b"' };
const OTHERS: readonly TemplateSample[] = [
  { labels: { __name__: 'other', k: 'c', n: '1' }, value: 3 },
  { labels: { __name__: 'other', k: 'a', n: '2' }, value: 1.5 },
  { labels: { __name__: 'other', k: 'b', n: '3' }, value: 0.00012 },
];

const TEMPLATES = [
  '{{ $labels.instance }} {{ .Labels.job }} {{ $labels.missing }}|{{ $value }} {{ .Value }}',
  '{{ $labels.note }} {{ $labels }}',
  '{{ $externalLabels.region }} {{ $externalURL }}',
  '{{ printf "%.2f %d %s %v %e %g" $value 3 "x" $value $value $value }}',
  '{{ printf "%d" $value }}|{{ printf "%s" $value }}|{{ printf "%.0f%%" 99.5 }}',
  '{{ humanize $value }} {{ humanize 0.0 }} {{ humanize 1000 }} {{ humanize 999.9999 }} {{ humanize 0.00012 }} {{ humanize -12345.678 }}',
  '{{ humanize 1e30 }} {{ humanize 1e-30 }} {{ humanize "+Inf" }} {{ humanize "nan" }}',
  '{{ humanize1024 $value }} {{ humanize1024 1 }} {{ humanize1024 1024 }} {{ humanize1024 0.5 }} {{ humanize1024 1099511627776.0 }}',
  '{{ humanizeDuration $value }} {{ humanizeDuration 0 }} {{ humanizeDuration 0.0015 }} {{ humanizeDuration 59.99 }} {{ humanizeDuration 60 }} {{ humanizeDuration -3700.5 }}',
  '{{ humanizeDuration 86400 }} {{ humanizeDuration 899.99 }} {{ humanizeDuration 1.2345 }} {{ humanizeDuration "inf" }}',
  '{{ humanizePercentage 0.12345 }} {{ humanizePercentage 1 }} {{ humanizePercentage 0.0000123 }} {{ humanizePercentage -2.5 }}',
  '{{ humanizeTimestamp 1435065584.128 }} {{ humanizeTimestamp 0 }} {{ humanizeTimestamp -1.5 }} {{ humanizeTimestamp "+Inf" }}',
  '{{ 1435065584.128 | toTime }} {{ (toTime 0).Format "2006-01-02" }} {{ (toTime 86400.0).Unix }}',
  '{{ "1m30s" | parseDuration }} {{ parseDuration "1d2h" | humanizeDuration }}',
  // promtool answers in an order of its own each time.
  '{{ query "other" | len }} {{ with query "other" | sortByLabel "k" }}{{ . | first | value }}{{ end }}',
  '{{ range query "other" | sortByLabel "k" }}{{ .Labels.k }}={{ .Value }};{{ end }}',
  '{{ range $i, $s := query "other" | sortByLabel "n" }}{{ $i }}{{ label "k" $s }}{{ $s | value | humanize }} {{ end }}',
  '{{ query "other{k=\'a\'}" | first | label "n" }}{{ query "nothing" | len }}',
  '{{ with query "nothing" }}some{{ else }}none{{ end }}',
  '{{ query "nothing" | first | value }}',
  '{{ query "other{" }}',
  '{{ reReplaceAll "([a-z]+)-([0-9]+).*" "$2/$1" $labels.instance }}',
  '{{ reReplaceAll "(?P<w>[a-z]+)" "<$w>" "ab 1 cd" }} {{ reReplaceAll "x*" "-" "abxc" }} {{ reReplaceAll "" "-" "ab" }}',
  '{{ match "^dev" $labels.instance }} {{ match "^x" $labels.instance }}',
  '{{ title "disk space on sda1" }} {{ toUpper "a" }} {{ toLower "AbC" }} {{ title "o\'neil foo-bar x_y" }}',
  '{{ $labels.instance | stripPort }} {{ $labels.instance | stripDomain }} {{ stripPort "[::1]:80" }} {{ stripDomain "10.0.0.1:80" }} {{ stripDomain "a.b.c" }} {{ stripPort "::1" }}',
  '{{ graphLink "up{a=\\"b\\"} > 1" }} {{ tableLink "rate(x[5m])" }}',
  '{{ safeHtml "<b>" }} {{ html "<b>" }}',
  '{{ args 1 "b" }} {{ (args 1 "b").arg1 }} {{ (args 1).arg7 }}',
  '{{ define "t" }}[{{ .arg0 }}]{{ end }}{{ template "t" (args $value) }}',
  '{{ if gt $value 100.0 }}big{{ else }}small{{ end }} {{ if and (eq $labels.job "node") (ne $labels.job "x") }}y{{ end }}',
  '{{ if gt $value 100 }}big{{ end }}',
  '{{ $x := $value }}{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}{{ $x }}',
  '{{ with $labels.instance }}on {{ . }}{{ end }}',
  '{{ len $labels }} {{ index $labels "job" }} {{ index $labels "nothing" }}|',
  '{{- " x " -}} y {{/* c */}} z',
  '{{ $labels.instance | printf "%q %-30s|" "a" }}',
  '{{ 1000000.0 }} {{ 1e21 }} {{ 123456.0 }} {{ 0.000001 }} {{ 5 }} {{ -0.5 }}',
  '{{ .Nothing }}',
  '{{ $labels.instance.x }}',
  '{{ humanize "abc" }}',
  '{{ humanize $labels }}',
  '{{ reReplaceAll "(" "" "x" }}',
  '{{ parseDuration "x" }}',
  '{{ humanizeTimestamp 1e30 }}',
  '{{ first $labels }}',
  'a\n{{ template "nope" }}',
  '{{ strvalue (query "other" | first) }}|',
  '{{ query "other" | sortByLabel "k" | first }}',
  '{{ printf "%v" (query "other" | sortByLabel "k" | first).Labels }}',
  '{{ or $labels.missing "default" }} {{ not true }} {{ urlquery "a b" }} {{ js "\'" }}',
];

// Where the error itself is that of another part: its own words are not compared.
const ONLY_BEGINS = new Set(['{{ query "other{" }}']);

async function ours(name: string, template: string): Promise<string> {
  const functions = prometheusFunctions({
    query: async (expr) => {
      await Promise.resolve();
      if (expr === 'other{') throw new CallError('no such expression');
      if (expr === 'nothing') return [];
      return expr === 'other' ? OTHERS : OTHERS.filter(({ labels }) => labels['k'] === 'a');
    },
    externalUrl: URL,
    now: 60_000,
  });
  const data = prometheusData({
    labels: Object.entries({ __name__: 'm', ...LABELS }),
    externalLabels: Object.entries({ region: 'eu' }),
    externalUrl: URL,
    value: VALUE,
  });
  try {
    return await executeAsync(
      parsePrometheusTemplate(`__alert_${name}`, template),
      data,
      functions,
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return `<error expanding template: error executing template __alert_${name}: ${error.message}>`;
  }
}

const nameOf = (at: number): string => `T${String(at).padStart(2, '0')}`;
const text = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');

describe.skipIf(!existsSync(PROMTOOL))('templates beside promtool (skipped where missing)', () => {
  let folder: TempFolder;
  let found: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = await tempFolder('promtool');
    const rules = TEMPLATES.map((template, at) => ({
      alert: nameOf(at),
      expr: 'm',
      annotations: { out: template },
    }));
    const input_series = [
      { series: `m{${text(LABELS)}}`, values: `${VALUE} ${VALUE}` },
      ...OTHERS.map(({ labels, value }) => ({
        series: `other{${text(labels)}}`,
        values: `${value} ${value}`,
      })),
    ];
    const alert_rule_test = rules.map(({ alert }) => ({
      eval_time: '1m',
      alertname: alert,
      exp_alerts: [{ exp_labels: LABELS, exp_annotations: { out: 'what is found is printed' } }],
    }));
    const tests = [
      {
        interval: '1m',
        external_labels: { region: 'eu' },
        external_url: URL,
        input_series,
        alert_rule_test,
      },
    ];
    const file = join(folder.path, 'test.yml');
    await writeFile(
      join(folder.path, 'rules.yml'),
      JSON.stringify({ groups: [{ name: 'g', rules }] }),
    );
    await writeFile(file, JSON.stringify({ rule_files: ['rules.yml'], tests }));
    found = annotations(await promtool(file));
  });

  afterAll(() => folder[Symbol.asyncDispose]());

  it.each(TEMPLATES.map((template, at) => [template, nameOf(at)]))('%s', async (template, name) => {
    const theirs = found.get(name);
    const own = await ours(name, template);
    if (!ONLY_BEGINS.has(template)) return expect(own).toBe(theirs);
    const begin = own.slice(0, own.indexOf('error calling query'));
    expect(theirs?.startsWith(begin)).toBe(true);
  });
});

function promtool(file: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(PROMTOOL, ['test', 'rules', file], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** Of each alert, from `got:[ … Annotations:{out="…"} ]`. */
function annotations(output: string): ReadonlyMap<string, string> {
  const name = /alertname: (T\d\d)/;
  const got =
    /got:\[[\s\S]*?Annotations:\{alertname="[^"]*", out=|got:\[[\s\S]*?Annotations:\{out=/;
  const pairs = output.split(/(?=alertname: T\d\d)/).flatMap((part): [string, string][] => {
    const begin = got.exec(part);
    const quoted =
      begin === null ? null : /"(?:[^"\\]|\\.)*"/.exec(part.slice(begin.index + begin[0].length));
    const alert = name.exec(part)?.[1];
    return quoted === null || alert === undefined ? [] : [[alert, JSON.parse(quoted[0]) as string]];
  });
  return new Map(pairs);
}
