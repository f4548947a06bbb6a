import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { TemplateSet } from '../../../collector/core/template/template-set.ts';
import { readGlobals, readReceiver } from '../../../collector/notifiers/index.ts';
import { formatProblem } from '../../../protocol/config/problem.ts';

const templates = new TemplateSet();

function read(yaml: string, globalYaml = '{}') {
  const { globals, findings: wrong } = readGlobals(load(globalYaml), ['global']);
  const { receiver, findings } = readReceiver(load(yaml), ['receivers', '0'], globals, templates);
  const shown = [...wrong, ...findings].map((one) =>
    formatProblem({ ...one, path: one.keys.join('.') }),
  );
  return { receiver, shown };
}

const GLOBAL = `
resolve_timeout: 10m
smtp_smarthost: mail.example.org:587
smtp_from: muster@example.org
smtp_auth_username: muster
smtp_auth_password_file: /etc/muster/mail
slack_api_url: https://hooks.example.org/x
http_config: {follow_redirects: false}
`;

describe('a receiver', () => {
  it('has all channels of Alertmanager that there are, and ours', () => {
    const { receiver, shown } = read(
      `
name: team
webhook_configs: [{url: "http://a/"}, {url_file: /x, max_alerts: 5}]
slack_configs: [{channel: "#ops"}]
email_configs: [{to: "a@example.org"}]
mqtt_configs: [{}]
exec_configs: [{command: [/bin/true], timeout: 5s}]
`,
      GLOBAL,
    );
    expect(shown).toEqual([]);
    expect(receiver.channels.map(({ name }) => name)).toEqual([
      'email_configs[0]',
      'exec_configs[0]',
      'mqtt_configs[0]',
      'slack_configs[0]',
      'webhook_configs[0]',
      'webhook_configs[1]',
    ]);
  });

  it.each([
    ['name: a\nwebhook_configs: [{urll: "http://a/"}]', 'url: is needed'],
    ['name: a\nwebhook_configs: [{urll: "http://a/"}]', 'urll: no such key; did you mean url?'],
    ['name: a\nwebhook_configs: [{url: "ftp://a/"}]', 'url: must be an address'],
    ['name: a\nwebhook_configs: [{url: "http://a/", url_file: b}]', 'at most one of url, url_file'],
    ['name: a\nwebhook_configs: [{url: "http://a/", max_alerts: -1}]', 'whole number'],
    [
      'name: a\nwebhook_configs: [{url: "http://a/", http_config: {tls_config: {ca_fil: x}}}]',
      'did you mean ca_file?',
    ],
    [
      'name: a\nwebhook_configs: [{url: "http://a/", http_config: {oauth2: {}}}]',
      'http_config.oauth2: no such key',
    ],
    ['name: a\nslack_configs: [{channel: x}]', 'api_url: is needed'],
    [
      'name: a\nslack_configs: [{api_url: "http://a/", text: "{{ .Status"}]',
      'text: template: :1: unclosed action',
    ],
    [
      'name: a\nslack_configs: [{api_url: "http://a/", fields: [{title: x}]}]',
      'fields.0.value: is needed',
    ],
    ['name: a\nemail_configs: [{to: x}]', 'smarthost: is needed'],
    ['name: a\nemail_configs: [{to: x, from: y, smarthost: mail}]', 'must be a host and a port'],
    [
      'name: a\nemail_configs: [{to: x, from: y, smarthost: "m:25", auth_username: u}]',
      'auth_password: is needed',
    ],
    [
      'name: a\nemail_configs: [{to: x, from: y, smarthost: "m:25", headers: {subject: a, Subject: b}}]',
      'Subject is given twice',
    ],
    ['name: a\nexec_configs: [{}]', 'a program and its arguments'],
    ['name: a\nexec_configs: [{command: [true.sh]}]', 'whole path'],
    ['name: a\nexec_configs: [{command: [/bin/true], timeout: soon}]', 'must be a duration'],
    ['name: a\nmqtt_configs: [{topic: x}]', 'topic: no such key'],
    ['name: a\npagerduty_configs: [{}]', 'pagerduty_configs: there is no such channel here'],
    ['name: a\nwebhook_config: []', 'did you mean webhook_configs?'],
    ['webhook_configs: []', 'name: is needed'],
    ['name: a\nwebhook_configs: {}', 'must be a list'],
  ])('%s', (yaml, problem) => {
    const { shown } = read(yaml);
    expect(shown.join('\n')).toContain(problem);
    expect(shown.every((one) => one.startsWith('receivers.0.'))).toBe(true);
  });

  it('never shows a secret when it is refused', () => {
    const { shown } = read(
      'name: a\nwebhook_configs: [{url: "hunter22", http_config: {basic_auth: {password: hunter23}, bearer_token: hunter24}}]',
    );
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.join('\n')).not.toContain('hunter2');
  });
});

describe('globals', () => {
  it('are checked too', () => {
    expect(read('name: a', 'smtp_fron: x').shown).toEqual([
      'global.smtp_fron: no such key; did you mean smtp_from?',
    ]);
    expect(readGlobals(load(GLOBAL), []).globals.resolveTimeoutMs).toBe(600_000);
  });

  it('give way to what a channel says, also by another way of saying a secret', () => {
    const own = 'name: a\nslack_configs: [{api_url_file: /own}]';
    expect(read(own, GLOBAL).shown).toEqual([]);
    expect(read('name: a\nslack_configs: [{}]', 'slack_api_url: nowhere').shown).toEqual([
      'receivers.0.slack_configs.0.api_url: must be an address; e.g. https://example.org/hook',
    ]);
  });
});
