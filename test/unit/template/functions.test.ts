import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFloat } from '../../../collector/core/template/float.ts';
import {
  parsePrometheusTemplate,
  prometheusData,
  prometheusFunctions,
} from '../../../collector/core/template/functions/prometheus.ts';
import { NEVER } from '../../../collector/core/template/notification-data.ts';
import { quote, unquote } from '../../../collector/core/template/quoted.ts';
import { execute, executeAsync } from '../../../collector/core/template/template.ts';
import { scopeOf, TemplateSet } from '../../../collector/core/template/template-set.ts';
import { durationText } from '../../../collector/core/template/time.ts';
import { formatTime } from '../../../collector/core/template/time-layout.ts';
import { codePoint } from '../../support/code-point.ts';

describe('floats', () => {
  it('read back as the same number in their shortest form', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const verb of ['g', 'e', 'f'] as const) {
          expect(Object.is(Number(formatFloat(value, verb)), value)).toBe(true);
        }
      }),
    );
  });

  it('are as near as their digits allow', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), fc.nat(6), (value, places) => {
        const shown = Number(formatFloat(value, 'f', places));
        expect(Math.abs(shown - value)).toBeLessThanOrEqual(
          0.5 * 10 ** -places + Math.abs(value) * 2e-16,
        );
      }),
    );
  });

  it.each([
    [2.5, 'f', 0, '2'],
    [3.5, 'f', 0, '4'],
    [0.125, 'f', 2, '0.12'],
    [999.95, 'f', 1, '1000.0'],
    [99999, 'g', 4, '1e+05'],
    [0.00001234, 'g', 4, '1.234e-05'],
    [5e-324, 'e', 3, '4.941e-324'],
    [0, 'e', 2, '0.00e+00'],
  ] as const)('%d as %%%s with %d digits is %s', (value, verb, digits, text) => {
    expect(formatFloat(value, verb, digits)).toBe(text);
  });
});

describe('quoted texts', () => {
  it('read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        expect(unquote(quote(text))).toBe(text);
        expect(unquote(quote(text, '"', true))).toBe(text);
      }),
    );
  });

  it('with escapes that are none are refused', () => {
    for (const text of ['"\\z"', '"\\400"', '"\\xg0"', '"\\U00110000"', '"\\"']) {
      expect(unquote(text)).toBeUndefined();
    }
  });
});

describe('times', () => {
  const summer = Date.UTC(2026, 6, 1, 16, 5, 9, 70);

  it.each([
    ['2006-01-02T15:04:05.000Z07:00', 'Europe/Berlin', '2026-07-01T18:05:09.070+02:00'],
    ['Mon Jan _2 03:04:05PM MST 06', 'America/New_York', 'Wed Jul  1 12:05:09PM EDT 26'],
    [
      'Monday, 2 January 2006, 3:4 pm -0700',
      'Asia/Kolkata',
      'Wednesday, 1 July 2026, 9:35 pm +0530',
    ],
    ['.999 002 Z0700', 'UTC', '.07 182 Z'],
  ])('%s in %s', (layout, zone, text) => {
    expect(formatTime(layout, summer, zone)).toBe(text);
  });

  it('know the year 1', () => {
    expect(formatTime('2006-01-02T15:04:05Z07:00', NEVER, 'UTC')).toBe('0001-01-01T00:00:00Z');
  });

  it.each([
    [0n, '0s'],
    [1_500n, '1.5µs'],
    [-90_000_000_000n, '-1m30s'],
    [3_600_000_000_000n, '1h0m0s'],
    [1_000_000n, '1ms'],
  ])('a duration of %d ns is %s', (ns, text) => {
    expect(durationText(ns)).toBe(text);
  });
});

describe("Alertmanager's functions that amtool 0.25 has not", () => {
  const startsAt = Date.UTC(2026, 0, 2, 3, 4, 5);
  const scope = scopeOf(
    {
      receiver: 'r',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'a', x: '<b>' },
          annotations: {},
          startsAt,
          endsAt: NEVER,
          generatorURL: '',
          fingerprint: 'f',
        },
      ],
      groupLabels: {},
      commonLabels: { alertname: 'a' },
      commonAnnotations: {},
      externalURL: 'http://m',
    },
    startsAt + 3_723_000,
  );

  it.each([
    ['{{ (index .Alerts 0).StartsAt | tz "Europe/Paris" | date "15:04 MST" }}', '04:04 CET'],
    ['{{ since (index .Alerts 0).StartsAt }}', '1h2m3s'],
    ['{{ since (index .Alerts 0).StartsAt | humanizeDuration }}', '1h 2m 3s'],
    [
      '{{ trimSpace " a " }}|{{ urlUnescape "a%20b+c" }}|{{ toJson .CommonLabels }}',
      'a|a b c|{"alertname":"a"}',
    ],
    ['{{ toJson (index .Alerts 0).Labels }}', '{"alertname":"a","x":"\\u003cb\\u003e"}'],
    [
      '{{ toJson .Alerts.Firing }}',
      '[{"status":"firing","labels":{"alertname":"a","x":"\\u003cb\\u003e"},"annotations":{},"startsAt":"2026-01-02T03:04:05Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"f"}]',
    ],
  ])('%s', (template, text) => {
    expect(new TemplateSet().text(template, scope)).toBe(text);
  });

  it('refuse zones that do not exist', () => {
    const template = '{{ (index .Alerts 0).StartsAt | tz "Mars/Olympus" }}';
    expect(() => new TemplateSet().text(template, scope)).toThrow('unknown time zone Mars/Olympus');
  });

  it('serve defaults that an operator replaces by name', () => {
    const own = { name: 'own.tmpl', text: '{{ define "__subject" }}own {{ .Receiver }}{{ end }}' };
    const title = '{{ template "slack.default.title" . }}';
    expect(new TemplateSet().text(title, scope)).toBe('[FIRING:1] (a)');
    expect(new TemplateSet([own]).text(title, scope)).toBe('own r');
    expect(() => new TemplateSet([{ name: 'bad.tmpl', text: 'a\n{{ if }}' }])).toThrow(
      'template: bad.tmpl:2: missing value for if',
    );
  });
});

describe("Prometheus' functions", () => {
  const functions = prometheusFunctions({
    query: () => Promise.resolve([{ labels: { a: 'b' }, value: 7 }]),
    externalUrl: 'http://m:9090/base/',
    now: 5000,
  });
  const data = prometheusData({ labels: [], externalLabels: [], externalUrl: '', value: 2048 });

  it.each([
    ['{{ humanize1024 $value }}B {{ $value | humanize }}', '2kiB 2.048k'],
    ['{{ externalURL }} {{ pathPrefix }} {{ now }}', 'http://m:9090/base/ /base 5'],
    ['{{ toDuration 90.5 }} {{ urlQueryEscape "a b" }}', '1m30.5s a+b'],
    ['{{ range query "x" }}{{ .Labels.a }}{{ .Value }}{{ end }}', 'b7'],
  ])('%s', async (template, text) => {
    expect(await executeAsync(parsePrometheusTemplate('t', template), data, functions)).toBe(text);
  });

  it('need no waiting where nothing is asked', () => {
    expect(execute(parsePrometheusTemplate('t', '{{ $value }}'), data, functions)).toBe('2048');
  });
});
