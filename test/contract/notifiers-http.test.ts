/** Webhook and Slack against a real HTTP server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificate, hasOpenssl } from '../support/notifiers/certificate.ts';
import { type HttpReceiver, httpReceiver } from '../support/notifiers/http-receiver.ts';
import {
  alert,
  NO_LIMIT,
  NOW,
  notification,
  notifier,
  testPorts,
} from '../support/notifiers/notifications.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const TOKEN = 'T0KENxxxxxxxxxxxxxxxxxxxx';

let server: HttpReceiver;
let folder: TempFolder;

beforeEach(async () => {
  server = await httpReceiver();
  folder = await tempFolder('notifiers');
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

describe('webhook', () => {
  const send = (config: Readonly<Record<string, unknown>>, signal = NO_LIMIT) =>
    notifier('webhook_configs', { url: `${server.url}/hook`, ...config }).send(
      notification(),
      signal,
    );

  it("posts Alertmanager's JSON with the key that tells repeats", async () => {
    expect(await send({})).toEqual({ ok: true, detail: 'HTTP 200' });
    const [received] = server.received;
    expect(received).toMatchObject({ method: 'POST', path: '/hook' });
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'key-1',
    });
    expect(JSON.parse(received?.body ?? '')).toMatchObject({
      version: '4',
      status: 'firing',
      receiver: 'team',
      groupKey: '{}:{alertname="DiskFull"}',
      truncatedAlerts: 0,
      commonLabels: { alertname: 'DiskFull', site: 'home' },
      externalURL: 'http://muster:8080',
    });
  });

  it('sends the first alerts when there are more than max_alerts', async () => {
    await send({ max_alerts: 1 });
    const body = JSON.parse(server.received[0]?.body ?? '') as { alerts: unknown[] };
    expect(body).toMatchObject({ truncatedAlerts: 1 });
    expect(body.alerts).toHaveLength(1);
  });

  it('says what is over, and when', async () => {
    const over = alert({ instance: 'a' }, { endsAt: NOW - 1500 });
    await notifier('webhook_configs', { url: server.url }).send(
      notification({ alerts: [over], acknowledgeUrl: 'http://muster/ack/x' }),
      NO_LIMIT,
    );
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({
      status: 'resolved',
      alerts: [{ status: 'resolved', endsAt: '2026-11-21T05:59:58.5Z' }],
      acknowledgeURL: 'http://muster/ack/x',
    });
  });

  it.each([
    [200, true, undefined],
    [204, true, undefined],
    [400, false, false],
    [401, false, false],
    [404, false, false],
    [429, false, true],
    [500, false, true],
    [503, false, true],
  ])('after HTTP %i: done %s, try again %s', async (status, ok, retry) => {
    server.answer('/hook', { status, body: 'because' });
    const outcome = await send({});
    expect(outcome).toMatchObject(retry === undefined ? { ok } : { ok, retry });
    if (!outcome.ok) expect(outcome.reason).toBe(`HTTP ${status}: because`);
  });

  it('tries again when nobody listens, or when the time is up', async () => {
    server.answer('/hook', 'hang');
    const stop = new AbortController();
    const hanging = send({}, stop.signal);
    await server.next();
    stop.abort();
    expect(await hanging).toMatchObject({ ok: false, retry: true });
    const gone = await httpReceiver();
    await gone[Symbol.asyncDispose]();
    const outcome = await send({ url: `${gone.url}/secret-path-of-the-hook` });
    expect(outcome).toMatchObject({ ok: false, retry: true });
    expect(JSON.stringify(outcome)).toContain('ECONNREFUSED');
    expect(JSON.stringify(outcome)).not.toContain('secret-path');
  });

  it('logs in as configured, with secrets from files and the environment', async () => {
    const file = join(folder.path, 'token');
    await writeFile(file, `${TOKEN}\n`);
    await send({ http_config: { authorization: { credentials_file: file } } });
    await send({ http_config: { basic_auth: { username: 'u', password: 'p:w' } } });
    await send({ http_config: { bearer_token: 'b' } });
    const ports = testPorts([], { HOOK: `${server.url}/from-env` });
    await notifier('webhook_configs', { url_env: 'HOOK' }, ports).send(notification(), NO_LIMIT);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${TOKEN}`,
      `Basic ${Buffer.from('u:p:w').toString('base64')}`,
      'Bearer b',
      undefined,
    ]);
    expect(server.received[3]?.path).toBe('/from-env');
  });

  it('shows no secret that the server says back', async () => {
    const path = `/services/${TOKEN}?key=abcdef`;
    server.answer(path, { status: 400, body: `unknown ${path} with Bearer p4ssw0rd` });
    const outcome = await send({
      url: server.url.replace('//', '//user:w0rdw0rd@') + path,
      http_config: { authorization: { credentials: 'p4ssw0rd' } },
    });
    expect(outcome.ok).toBe(false);
    for (const secret of [TOKEN, 'abcdef', 'p4ssw0rd', 'w0rdw0rd']) {
      expect(JSON.stringify(outcome)).not.toContain(secret);
    }
  });

  it('follows redirects unless told not to, and keeps its login to itself', async () => {
    const other = await httpReceiver();
    server.answer('/hook', { status: 307, headers: { location: `${other.url}/there` } });
    const http_config = { authorization: { credentials: 'x' } };
    expect(await send({ http_config })).toMatchObject({ ok: true });
    expect(other.received).toMatchObject([{ method: 'POST', path: '/there' }]);
    expect(other.received[0]?.headers.authorization).toBeUndefined();
    expect(JSON.parse(other.received[0]?.body ?? '')).toMatchObject({ version: '4' });
    expect(await send({ http_config: { follow_redirects: false } })).toMatchObject({
      ok: false,
      retry: false,
    });
    server.answer('/hook', { status: 302, headers: { location: '/hook' } });
    expect(await send({})).toMatchObject({ ok: false, reason: 'stopped after 10 redirects' });
    await other[Symbol.asyncDispose]();
  });

  it('goes by a proxy', async () => {
    const http_config = { proxy_url: server.url };
    await send({ url: 'http://receiver.invalid/hook?x=1', http_config });
    expect(server.received).toMatchObject([
      { path: 'http://receiver.invalid/hook?x=1', headers: { host: 'receiver.invalid' } },
    ]);
  });

  it.skipIf(!hasOpenssl)('checks the certificate (skipped where openssl is missing)', async () => {
    const made = certificate(folder.path);
    const secure = await httpReceiver(made);
    const to = (tls_config: object) => send({ url: secure.url, http_config: { tls_config } });
    expect(await to({})).toMatchObject({ ok: false, retry: true });
    expect(secure.received).toEqual([]);
    expect(await to({ ca_file: made.certFile })).toMatchObject({ ok: true });
    expect(await to({ ca: made.cert, server_name: 'localhost' })).toMatchObject({ ok: true });
    expect(await to({ ca: made.cert, server_name: 'other' })).toMatchObject({ ok: false });
    expect(await to({ insecure_skip_verify: true })).toMatchObject({ ok: true });
    await secure[Symbol.asyncDispose]();
  });
});

describe('Slack', () => {
  const send = (config: Readonly<Record<string, unknown>>, parts = {}) =>
    notifier('slack_configs', { api_url: `${server.url}/services/${TOKEN}`, ...config }).send(
      notification(parts),
      NO_LIMIT,
    );
  const sent = (): unknown => JSON.parse(server.received.at(-1)?.body ?? '');

  it('fills in the defaults', async () => {
    expect(await send({ channel: '#ops' }, { acknowledgeUrl: 'http://m/ack' })).toMatchObject({
      ok: true,
    });
    expect(sent()).toMatchObject({
      channel: '#ops',
      username: 'Muster',
      attachments: [
        {
          color: 'danger',
          title: '[FIRING:2] DiskFull (home)',
          title_link: 'http://muster:8080/#/alerts?receiver=team',
          text: expect.stringContaining('instance=b') as string,
          mrkdwn_in: ['fallback', 'pretext', 'text'],
          actions: [{ type: 'button', text: 'Acknowledge', url: 'http://m/ack' }],
        },
      ],
    });
  });

  it('sends what is configured', async () => {
    await send({
      title: '{{ .CommonLabels.alertname | toLower }}',
      text: '{{ range .Alerts }}{{ .Labels.instance }} {{ end }}',
      color: '#123456',
      short_fields: true,
      fields: [
        { title: 'site', value: '{{ .CommonLabels.site }}' },
        { title: 'n', value: '{{ len .Alerts }}', short: false },
      ],
      link_names: true,
      icon_emoji: ':bell:',
      mrkdwn_in: ['text'],
      actions: [{ type: 'button', text: 'Look', url: '{{ .ExternalURL }}', style: 'primary' }],
    });
    expect(sent()).toMatchObject({
      icon_emoji: ':bell:',
      link_names: true,
      attachments: [
        {
          title: 'diskfull',
          text: 'a b ',
          color: '#123456',
          fields: [
            { title: 'site', value: 'home', short: true },
            { title: 'n', value: '2', short: false },
          ],
          mrkdwn_in: ['text'],
          actions: [{ type: 'button', text: 'Look', url: 'http://muster:8080', style: 'primary' }],
        },
      ],
    });
  });

  it('hears a refusal that comes as a 200', async () => {
    const body = JSON.stringify({ ok: false, error: 'channel_not_found' });
    server.answer(`/services/${TOKEN}`, { status: 200, body });
    expect(await send({})).toEqual({
      ok: false,
      retry: false,
      reason: 'Slack: channel_not_found',
    });
  });

  it('does not try again with a template that fails', async () => {
    const outcome = await send({ text: '{{ index .Alerts 9 }}' });
    expect(outcome).toMatchObject({ ok: false, retry: false });
    expect(JSON.stringify(outcome)).toContain('index out of range');
    expect(server.received).toEqual([]);
  });
});
