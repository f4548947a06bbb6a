/** The templates that stand when the operator writes none, under the names that Alertmanager's have. */

export const DEFAULT_TEMPLATES = `
{{ define "__alertmanager" }}Muster{{ end }}
{{ define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}{{ end }}
{{ define "__subject" -}}
  [{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}]
  {{- range .GroupLabels.SortedPairs }} {{ .Value }}{{ end }}
  {{- with .CommonLabels.Remove .GroupLabels.Names }} ({{ join " " .Values }}){{ end }}
{{- end }}
{{ define "__description" }}{{ end }}

{{ define "__alert_text" -}}
  {{ with .Annotations.summary }}{{ . }}{{ else }}{{ .Labels.alertname }}{{ end }}
{{- with .Annotations.description }}
  {{ . }}{{ end }}
  {{ range $i, $label := .Labels.SortedPairs }}{{ if $i }}, {{ end }}{{ .Name }}={{ .Value }}{{ end }}
  since {{ .StartsAt | date "2006-01-02 15:04:05 MST" }}
  {{- if eq .Status "resolved" }}, over at {{ .EndsAt | date "2006-01-02 15:04:05 MST" }}{{ end }}
{{- with .Annotations.runbook_url }}
  runbook: {{ . }}{{ end }}
{{- with .GeneratorURL }}
  source: {{ . }}{{ end }}
{{ end }}

{{ define "__text_alert_list" }}{{ range . }}{{ template "__alert_text" . }}{{ end }}{{ end }}
{{ define "__alert_list" }}{{ template "__text_alert_list" . }}{{ end }}
{{ define "__text_alert_list_markdown" }}{{ range . -}}
- **{{ .Labels.alertname }}**{{ with .Annotations.summary }}: {{ . }}{{ end }}
{{ range .Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}{{ with .GeneratorURL }}  - [source]({{ . }})
{{ end }}{{ end }}{{ end }}

{{ define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
{{ define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{ define "slack.default.fallback" }}{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}{{ end }}
{{ define "slack.default.callbackid" }}{{ end }}
{{ define "slack.default.pretext" }}{{ end }}
{{ define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{ define "slack.default.iconemoji" }}{{ end }}
{{ define "slack.default.iconurl" }}{{ end }}
{{ define "slack.default.footer" }}{{ end }}
{{ define "slack.default.text" }}{{ template "__both_lists" . }}{{ end }}

{{ define "__both_lists" -}}
{{ with .Alerts.Firing }}Firing:
{{ template "__alert_list" . }}{{ end }}
{{- with .Alerts.Resolved }}Resolved:
{{ template "__alert_list" . }}{{ end }}
{{- end }}

{{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
{{ define "email.default.text" -}}
{{ template "__subject" . }}

{{ template "__both_lists" . }}
{{- with .AcknowledgeURL }}
Acknowledge: {{ . }}
{{ end }}
All alerts of this receiver: {{ template "__alertmanagerURL" . }}
{{ end }}

{{ define "__html_alert" }}
<div style="margin:0 0 16px;padding:0 0 0 12px;border-left:4px solid {{ if eq .Status "firing" }}#c62828{{ else }}#2e7d32{{ end }}">
<p style="margin:0;font-weight:bold">{{ with .Annotations.summary }}{{ . }}{{ else }}{{ .Labels.alertname }}{{ end }}</p>
{{ with .Annotations.description }}<p style="margin:4px 0">{{ . }}</p>{{ end }}
<p style="margin:4px 0;color:#555">{{ range $i, $label := .Labels.SortedPairs }}{{ if $i }}, {{ end }}{{ .Name }}={{ .Value }}{{ end }}</p>
<p style="margin:4px 0;color:#555">since {{ .StartsAt | date "2006-01-02 15:04:05 MST" }}{{ if eq .Status "resolved" }}, over at {{ .EndsAt | date "2006-01-02 15:04:05 MST" }}{{ end }}</p>
<p style="margin:4px 0">{{ with .GeneratorURL }}<a href="{{ . }}">source</a> {{ end }}{{ with .Annotations.runbook_url }}<a href="{{ . }}">runbook</a>{{ end }}</p>
</div>
{{ end }}

{{ define "email.default.html" }}<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>{{ template "__subject" . }}</title></head>
<body style="font-family:sans-serif;font-size:14px;color:#111">
<h1 style="font-size:18px">{{ template "__subject" . }}</h1>
{{ with .AcknowledgeURL }}<p><a href="{{ . }}">Acknowledge</a></p>{{ end }}
{{ with .Alerts.Firing }}<h2 style="font-size:15px">Firing</h2>{{ range . }}{{ template "__html_alert" . }}{{ end }}{{ end }}
{{ with .Alerts.Resolved }}<h2 style="font-size:15px">Resolved</h2>{{ range . }}{{ template "__html_alert" . }}{{ end }}{{ end }}
<p><a href="{{ template "__alertmanagerURL" . }}">All alerts of this receiver</a></p>
</body>
</html>
{{ end }}
`;
