/** The configuration file: everything that Alertmanager takes, and a clear word for everything else. */
import { describe, expect, it, test } from 'vitest';
import { DEFAULT_CONFIG } from '../../../collector/core/alerting/config/default.ts';
import { loadConfig } from '../../../collector/core/alerting/config/load.ts';
import { shownConfig } from '../../../collector/core/alerting/config/redact.ts';

const FULL = `
global:
  resolve_timeout: 5m
route: &root
  receiver: ops
  group_by: [alertname, site]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h30m
  routes:
    - match: { severity: page }
      match_re: { site: b.* }
      matchers: [team!="dev", 'x=~"y|z"']
      continue: true
      mute_time_intervals: [nights]
      active_time_intervals: [office]
    - group_by: ['...']
inhibit_rules:
  - source_match: { alertname: Down }
    target_match_re: { alertname: Disk.* }
    equal: [site]
mute_time_intervals:
  - name: nights
    time_intervals:
      - times: [{ start_time: 22:00, end_time: 24:00 }]
        weekdays: [monday:friday, Sunday]
        days_of_month: [1:15, -3:-1, 31]
        months: [january:march, 6, 7:9]
        years: [2026, 2027:2030]
        location: Europe/Berlin
time_intervals:
  - name: office
    time_intervals: [{ weekdays: ['1'] }]
receivers:
  - name: ops
templates: ['templates/*.tmpl']
`.replace("weekdays: ['1']", 'weekdays: [monday]');

function problems(text: string): string[] {
  const loaded = loadConfig(text);
  if (loaded.ok) return [];
  return loaded.problems.map(
    ({ keys, message, hint }) =>
      `${keys.join('.')}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
  );
}

describe('what is right', () => {
  it('is read in full', () => {
    const loaded = loadConfig(FULL);
    if (!loaded.ok) throw new Error(problems(FULL).join('\n'));
    const { route, inhibitRules, intervals, templates } = loaded.config;
    expect(route).toMatchObject({ groupBy: ['alertname', 'site'], repeatIntervalMs: 16_200_000 });
    expect(route.routes[0]).toMatchObject({
      key: '{}/{severity="page",site=~"b.*",team!="dev",x=~"y|z"}',
      continue: true,
      muteTimeIntervals: ['nights'],
      activeTimeIntervals: ['office'],
    });
    expect(route.routes[1]?.groupBy).toBe('all');
    expect(inhibitRules).toMatchObject([{ equal: ['site'], target: [{ op: '=~' }] }]);
    expect(intervals.get('nights')?.intervals).toEqual([
      {
        times: [{ begin: 1320, end: 1440 }],
        weekdays: [
          { begin: 1, end: 5 },
          { begin: 0, end: 0 },
        ],
        daysOfMonth: [
          { begin: 1, end: 15 },
          { begin: -3, end: -1 },
          { begin: 31, end: 31 },
        ],
        months: [
          { begin: 1, end: 3 },
          { begin: 6, end: 6 },
          { begin: 7, end: 9 },
        ],
        years: [
          { begin: 2026, end: 2026 },
          { begin: 2027, end: 2030 },
        ],
        location: 'Europe/Berlin',
      },
    ]);
    expect(templates).toEqual(['templates/*.tmpl']);
  });

  it('is what we begin with', () => {
    expect(problems(DEFAULT_CONFIG)).toEqual([]);
  });
});

const BASE = 'route: { receiver: ops }\nreceivers: [{ name: ops }]\n';
const route = (more: string): string =>
  `route:\n  receiver: ops\n  ${more}\nreceivers: [{ name: ops }]\n`;
const interval = (more: string): string =>
  `${BASE}time_intervals: [{ name: x, time_intervals: [{ ${more} }] }]\n`;

describe('what is wrong', () => {
  test.each([
    ['receivers: []', 'route: no routes provided; add route: with a receiver'],
    ['route: {}', 'route.receiver: the root route must specify a default receiver'],
    [route('matchers: [a=b]'), /^route\.matchers: the root route must not have matchers/],
    [route('continue: true'), /^route\.continue: the root route must not have continue/],
    [route('groupby: [a]'), 'route.groupby: no such key; did you mean group_by?'],
    [route('group_wait: 5 minutes'), /^route\.group_wait: "5 minutes" is not a duration/],
    [route('group_interval: 0s'), 'route.group_interval: group_interval cannot be zero'],
    [route('repeat_interval: 0s'), 'route.repeat_interval: repeat_interval cannot be zero'],
    [route('group_by: [a, a]'), 'route.group_by.1: duplicated label "a" in group_by'],
    [route("group_by: ['...', a]"), /^route\.group_by: cannot have wildcard/],
    [route('group_by: a'), 'route.group_by: must be a list, not a text'],
    [
      route('routes: [{ receiver: opps }]'),
      'route.routes.0.receiver: undefined receiver "opps"; did you mean ops?',
    ],
    [route('routes: [{ continue: maybe }]'), /^route\.routes\.0\.continue: must be true or false/],
    [route('routes: [{ matchers: ["a=~("] }]'), /^route\.routes\.0\.matchers\.0: a=~"\("/],
    [
      route('routes: [{ matchers: ["nonsense"] }]'),
      /matchers\.0: bad matcher format: nonsense; write one like/,
    ],
    [
      route('routes: [{ match: { a-b: c } }]'),
      /^route\.routes\.0\.match\.a-b: "a-b" is not a label name/,
    ],
    [route('routes: [{ mute_time_intervals: [x] }]'), /undefined time interval "x"/],
    [
      'route: { receiver: a }\nreceivers: [{ name: a }, { name: a }]',
      /receivers\.1\.name: .* is not unique/,
    ],
    [`${BASE}inhibit_rule: []`, ': no such key'],
    [`${BASE}inhibit_rules: [{ source: { a: b } }]`, /^inhibit_rules\.0\.source: no such key/],
    [interval('times: [{ start_time: "09:00" }]'), /both start_time and end_time/],
    [
      interval('times: [{ start_time: "18:00", end_time: "09:00" }]'),
      /start time cannot be equal or greater/,
    ],
    [
      interval('times: [{ start_time: "9:00", end_time: "10:00" }]'),
      /couldn't parse timestamp "9:00"/,
    ],
    [interval('weekdays: [funday]'), /"funday" is not a day like monday/],
    [interval('weekdays: ["friday:monday"]'), /the start must not be after the end/],
    [interval('days_of_month: [0]'), /"0" is not a day from 1 to 31/],
    [interval('days_of_month: ["-1:1"]'), /end day must be negative/],
    [interval('days_of_month: ["20:-20"]'), /is always before start day/],
    [interval('months: [13]'), /"13" is not a month/],
    [interval('location: Europe/Atlantis'), /unknown time zone "Europe\/Atlantis"/],
    [`${BASE}time_intervals: [{ name: a }, { name: a }]`, /time interval "a" is not unique/],
    [`${BASE}time_intervals: [{}]`, /missing name/],
  ])('%j', (text, expected) => {
    const found = problems(text);
    if (typeof expected === 'string') {
      expect(
        found.some((one) => one.includes(expected)),
        found.join('\n'),
      ).toBe(true);
    } else {
      expect(
        found.some((one) => expected.test(one)),
        found.join('\n'),
      ).toBe(true);
    }
  });

  it('is told all at once', () => {
    const text = route('groupby: [a]\n  group_wait: x\n  routes: [{ receiver: nobody }]');
    expect(problems(text)).toHaveLength(3);
  });

  it('is told with its line when it is no YAML', () => {
    const loaded = loadConfig('route:\n  receiver: [a\nreceivers:\n');
    expect(loaded).toMatchObject({ ok: false, problems: [{ code: 'syntax' }] });
    expect(!loaded.ok && loaded.problems[0]?.line).toBeGreaterThan(1);
  });
});

describe('what is shown', () => {
  it('has no secrets, and no way to one that amtool does not know', () => {
    const text = `
global:
  smtp_auth_password: hidden1
  smtp_auth_username: shown1
  slack_api_url: https://hooks.slack.com/hidden2
  http_config: { authorization: { credentials: hidden3 }, basic_auth: { password: hidden4 } }
route: { receiver: ops }
receivers:
  - name: ops
    webhook_configs: [{ url_file: /shown2 }, { url: "http://h/x?token=hidden5" }]
    slack_configs: [{ channel: shown3, api_url_env: shown4 }]
    exec_configs: [{ command: [hidden6] }]
`;
    const shown = shownConfig(text);
    expect(shown).not.toContain('hidden1');
    expect(shown).not.toMatch(/hidden[2-6]/);
    expect(shown).toContain('smtp_auth_username: shown1');
    expect(shown).toContain('channel: shown3');
    expect(shown).toContain('api_url: <secret>');
    expect(shown).toContain('url: http://hidden.invalid/');
    expect(shown).not.toContain('url_file');
  });
});
