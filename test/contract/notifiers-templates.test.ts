/** Alertmanager's templates beside Debian's amtool: the same text for the same data, errors too. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemplateError } from '../../collector/core/template/errors.ts';
import { rfc3339 } from '../../collector/core/template/json.ts';
import { NEVER, type NotificationData } from '../../collector/core/template/notification-data.ts';
import { scopeOf, TemplateSet } from '../../collector/core/template/template-set.ts';
import { amtoolRender, hasAmtool } from '../support/notifiers/amtool.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const DATA: NotificationData = {
  receiver: 'team',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'DiskFull', instance: 'dev-1:9100', severity: 'page' },
      annotations: { summary: 'Disk <full> & "hot"', runbook_url: 'https://x/y?a=1&b=2' },
      startsAt: Date.UTC(2026, 10, 21, 5, 42, 15, 280),
      endsAt: NEVER,
      generatorURL: 'http://p/graph?g0.expr=up',
      fingerprint: '0011223344556677',
    },
    {
      status: 'resolved',
      labels: { alertname: 'DiskFull', instance: 'dev-2', severity: 'page' },
      annotations: { summary: 'gone' },
      startsAt: Date.UTC(2026, 6, 1, 16, 5),
      endsAt: Date.UTC(2026, 6, 1, 17, 0, 0, 500),
      generatorURL: 'javascript:alert(1)',
      fingerprint: '8899aabbccddeeff',
    },
  ],
  groupLabels: { alertname: 'DiskFull' },
  commonLabels: { alertname: 'DiskFull', severity: 'page', zone: "o'neil+1" },
  commonAnnotations: {},
  externalURL: 'http://am:9093',
};

const FILE = `{{ define "who" }}{{ .Receiver }}!{{ end }}
{{ define "pair" }}{{ .Name }}~{{ .Value }}{{ end }}`;

const TEXTS = [
  'plain',
  '{{ .Status | toUpper }} {{ .Receiver }} {{ .ExternalURL }}',
  '{{ .Alerts.Firing }}',
  '{{ .Alerts.Resolved | len }} {{ len .Alerts }}',
  '{{ range .Alerts }}{{ .StartsAt }};{{ .EndsAt.IsZero }};{{ end }}',
  '{{ range .Alerts }}{{ .StartsAt.Format "Jan _2 06 3:04PM Mon" }};{{ end }}',
  '{{ range .Alerts }}{{ .StartsAt.Format "2006-01-02T15:04:05.000Z07:00 Monday January MST" }};{{ end }}',
  '{{ range .Alerts }}{{ .StartsAt.Unix }} {{ .EndsAt.Unix }};{{ end }}',
  '{{ with index .Alerts 1 }}{{ .EndsAt.Sub .StartsAt }}{{ (.EndsAt.Sub .StartsAt).Seconds }}{{ end }}',
  '{{ with index .Alerts 1 }}{{ .StartsAt.Year }}-{{ .StartsAt.Month }}-{{ .StartsAt.Day }} {{ .StartsAt.Weekday }} {{ .StartsAt.Hour }}{{ end }}',
  '{{ .CommonLabels }} {{ .GroupLabels.SortedPairs }}',
  '{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}',
  '{{ range $k, $v := .CommonLabels }}{{ $k }}={{ $v }},{{ end }}',
  '{{ .CommonLabels.Names }} {{ .CommonLabels.Values }} {{ .CommonLabels.SortedPairs.Names }}',
  '{{ join "," .CommonLabels.Names }}',
  '{{ (.CommonLabels.Remove .GroupLabels.Names).Values | join " / " }}',
  '{{ with .CommonLabels.Remove (stringSlice "alertname" "severity" "zone") }}x{{ else }}none{{ end }}',
  '{{ .CommonLabels.nothing }}|{{ .CommonAnnotations.summary }}|{{ .CommonLabels.severity | title }}',
  '{{ template "who" . }}{{ range .GroupLabels.SortedPairs }}{{ template "pair" . }}{{ end }}',
  '{{ title "hELLO wORLD foo-bar x_y 3rd e.g. it\'s" }}',
  '{{ reReplaceAll "(.*):(\\\\d+)" "$2-$1 $1x" "dev-1:9100" }}',
  '{{ range .Alerts }}{{ reReplaceAll ":\\\\d+$" "" .Labels.instance }} {{ end }}',
  '{{ match "^dev-[0-9]" "dev-1" }}{{ match "x" "dev" }}',
  '{{ if and (eq .Status "firing") (gt (len .Alerts) 1) }}many{{ else }}few{{ end }}',
  '{{ if or (eq .Status "a" "b" "firing") .CommonAnnotations }}y{{ end }}',
  '{{ if not .CommonAnnotations }}empty{{ end }}',
  '{{ with .CommonAnnotations.x }}{{ . }}{{ else }}nothing{{ end }}',
  '{{ $n := 0 }}{{ range .Alerts }}{{ $n = len .Labels }}{{ end }}{{ $n }}',
  '{{ range $i, $a := .Alerts }}{{ if $i }}; {{ end }}{{ $i }} {{ $a.Labels.instance }} {{ $.Receiver }}{{ end }}',
  '{{- "a" -}}  x  {{- /* c */ -}}  y',
  'a\n\n{{- range .Alerts }}\n  - {{ .Status }}\n{{- end }}\n',
  '{{ printf "%s %d %q %v %T %x" .Receiver 1 .Receiver nil .Alerts "hi" }}',
  '{{ printf "%5d|%-5s|%05d|%+d|%x|%X|%o|%c|%U|%e" 42 "a" 7 7 255 255 8 65 65 12345.678 }}',
  '{{ printf "%.2f %6.1f %g %v %e %G" 3.14159 2.25 1e21 1000000.0 0.5 1e-10 }}',
  '{{ printf "%t %v %s %d" true false true "x" }}',
  '{{ printf "%d %s %!" 1 }}',
  '{{ printf "%z %d" 1 2 3 }}',
  '{{ printf "%q %v %s" .GroupLabels.Names .GroupLabels .GroupLabels }}',
  '{{ printf "%*d %6.2f%%" 5 1 99.5 }}',
  '{{ printf "%v %v" 12 -0.00001 }} {{ 1e6 }} {{ 123456.0 }} {{ 1e20 }} {{ 100000000.5 }}',
  '{{ print 1 2 "a" 3 4 "b" "c" }}{{ println "x" 1 }}',
  '{{ len "größe" }} {{ index "abc" 1 }} {{ slice "abcdef" 1 3 }}',
  '{{ eq 1 1 }} {{ ne "a" "b" }} {{ lt 1 2 }} {{ le 1.5 1.5 }} {{ gt "b" "a" }} {{ ge 2 3 }}',
  '{{ html "<a href=\'x\'>&\\"" }} {{ js "it\'s <b>" }} {{ urlquery "a b&c=ä/+" }}',
  '{{ .Receiver | printf "%s-%s" "x" | toUpper | len }}',
  '{{ "quo\\"te\\n\\u00e4" }} {{ `raw {{ "x" }}` }}',
  "{{ 'a' }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ .5 }}",
  '{{ safeHtml "<b>" }} {{ "x" | toLower | title }}',
  '{{ range stringSlice "a" "b" "c" }}{{ if eq . "b" }}{{ continue }}{{ end }}{{ . }}{{ end }}',
  '{{ range stringSlice "a" "b" }}{{ break }}{{ end }}done',
  '{{ block "local" .Receiver }}[{{ . }}]{{ end }}',
  '{{ (index .Alerts 0).Labels.SortedPairs.Values | join "+" }}',
  '{{ .Foo }}',
  '{{ range .Alerts }}\n{{ .Nope }}{{ end }}',
  '{{ nofunc 1 }}',
  '{{ toUpper 1 }}',
  '{{ toUpper }}',
  '{{ join "," .Alerts }}',
  '{{ index .Alerts 7 }}',
  '{{ eq 1 "a" }}',
  '{{ $x }}',
  '{{ if .Status }}',
  '{{ end }}',
  '{{ template "nowhere" . }}',
  '{{ .Status',
  '{{ "x }}',
  '{{ 1 | 2 }}',
  '{{ .Status.Foo }}',
  '{{ range 5 5 }}{{ end }}',
  '{{ reReplaceAll "(" "x" "y" }}',
  '{{ .Alerts.Firing 1 }}',
  '{{ nil }}',
  '{{ len 3 }}',
  '{{ else }}',
  '{{ if true }}{{ else }}{{ else }}{{ end }}',
  '{{ with $y := 1 }}{{ $y }}{{ end }}{{ $y }}',
  '{{ 3x }}',
  '{{ # }}',
  '{{ (.Status }}',
  '{{ .Status) }}',
  '{{ break }}',
  '{{ .Status ] }}',
  '{{ match "[" "x" }}',
  '{{ match "a**" "x" }}',
  '{{ .Alerts.Firing.Resolved }}',
  '{{ $.Alerts.Nope }}',
];

const HTML = [
  '<p>{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}</p>',
  '<a href="{{ .ExternalURL }}/#/x?receiver={{ .CommonLabels.zone }}">{{ .CommonLabels.zone }}</a>',
  '{{ range .Alerts }}<a href="{{ .GeneratorURL }}" title="{{ .Annotations.summary }}">x</a>{{ end }}',
  "{{ range .Alerts }}<a href={{ .GeneratorURL }} title='{{ .Annotations.summary }}'>x</a>{{ end }}",
  '<td class="{{ .Status }}">{{ safeHtml "<b>x</b>" }}</td>',
  '{{ range .Alerts }}<a href="{{ .Annotations.runbook_url }}">{{ .Annotations.runbook_url }}</a>{{ end }}',
  'a<!-- note {{ .Receiver }} -->b',
  '<title>{{ (index .Alerts 0).Annotations.summary }}</title>{{ .CommonAnnotations.x }}',
  '<div style="color: {{ .Status }}">{{ len .Alerts }}</div>',
  '{{ template "who" . }}<i>{{ template "who" . }}</i>',
  '<script>var x = {{ len .Alerts }}; f({{ .Receiver }});</script>{{ .Receiver }}',
  '<p onclick="f({{ .Receiver }})">x</p>',
  '<textarea>{{ (index .Alerts 0).Annotations.summary }}</textarea>',
  '<a href="/x/{{ .CommonLabels.zone }}/y">{{ .CommonLabels.zone }}</a>',
  '<a href="mailto:{{ .Receiver }}@x">m</a><img src="{{ .ExternalURL }}/a b">',
  '<p{{ if .Status }} class="a{{ .Status }}"{{ end }}>{{ with .CommonAnnotations.x }}<b>{{ . }}</b>{{ else }}{{ .Status }}{{ end }}</p>',
  '<a title={{ .CommonLabels.zone }} data-x="{{ .CommonLabels.zone }}">x</a>',
  '<a href="?q={{ (index .Alerts 0).Annotations.summary }}&x={{ .Status }}#{{ .CommonLabels.zone }}">x</a>',
  '<br/><input value="{{ safeHtml "a<b>c</b>" }}" disabled>{{ "<" }}',
  '{{ "<script>" }}{{ safeHtml "<i>" }}{{ .CommonLabels.zone }}',
];

describe.skipIf(!hasAmtool)('templates beside amtool (skipped where it is not installed)', () => {
  let folder: TempFolder;
  let set: TemplateSet;
  const scope = scopeOf(DATA, 0);

  beforeAll(async () => {
    folder = await tempFolder('amtool');
    set = new TemplateSet([{ name: 'own.tmpl', text: FILE }]);
    const alerts = DATA.alerts.map((alert) => ({
      ...alert,
      startsAt: rfc3339(alert.startsAt),
      endsAt: rfc3339(alert.endsAt),
    }));
    await writeFile(join(folder.path, 'own.tmpl'), FILE);
    await writeFile(join(folder.path, 'data.json'), JSON.stringify({ ...DATA, alerts }));
  });

  afterAll(() => folder[Symbol.asyncDispose]());

  function ours(template: string, html: boolean): string {
    try {
      return html ? set.html(template, scope) : set.text(template, scope);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return `error: ${error.message}`;
    }
  }

  async function theirs(template: string, html: boolean): Promise<string> {
    const { path } = folder;
    const glob = join(path, '*.tmpl');
    const data = join(path, 'data.json');
    return amtoolRender({ template, html, glob, data });
  }

  it.each(TEXTS)('text: %s', async (template) => {
    expect(ours(template, false)).toBe(await theirs(template, false));
  });

  it.each(HTML)('html: %s', async (template) => {
    expect(ours(template, true)).toBe(await theirs(template, true));
  });
});
