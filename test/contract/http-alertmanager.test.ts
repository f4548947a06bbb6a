/** Version 2 of Alertmanager's API: what is taken, shown and refused, and in which words. */
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { alertHistory } from '../../collector/io/http/alert-history.ts';
import { alertmanager } from '../../collector/io/http/alertmanager/routes.ts';
import { Rig } from '../support/alerting/rig.ts';
import { silentLog } from '../support/silent-log.ts';

const CONFIG = `
global:
  resolve_timeout: 10m
  smtp_smarthost: localhost:25
  smtp_from: a@b.example
route:
  receiver: ops
  group_by: [alertname]
  routes:
    - matchers: [severity="page"]
      receiver: pager
receivers:
  - name: ops
    webhook_configs: [{ url: 'http://user:pass@127.0.0.1/secret' }]
  - name: pager
    mqtt_configs: [{ topic: x }]
inhibit_rules:
  - source_matchers: [alertname="Down"]
    target_matchers: [alertname="Disk"]
`;

let rig: Rig;
let app: FastifyInstance;

beforeEach(async () => {
  rig = await new Rig(CONFIG).start();
  app = fastify();
  // As the server does.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const build = { version: '0.1.0', revision: 'abc' };
  await app.register(
    alertmanager({ clock: rig.clock, log: silentLog, alerting: rig.views, build }),
  );
  alertHistory(app, rig.views.history);
});

afterEach(() => app.close());

async function get(path: string, query: Readonly<Record<string, string | string[]>> = {}) {
  const response = await app.inject({ method: 'GET', url: `/api/v2${path}`, query });
  return { status: response.statusCode, body: response.json<never>() as unknown };
}

async function post(path: string, payload: object) {
  const response = await app.inject({ method: 'POST', url: `/api/v2${path}`, payload });
  return { status: response.statusCode, body: response.body };
}

const iso = (ms: number): string => new Date(rig.clock.wall() + ms).toISOString();

describe('status and receivers', () => {
  it('show the configuration without secrets, and nothing that amtool stumbles over', async () => {
    const { body } = await get('/status');
    const { config, cluster, versionInfo } = body as {
      config: { original: string };
      cluster: { status: string };
      versionInfo: { version: string };
    };
    expect(cluster.status).toBe('disabled');
    expect(versionInfo.version).toBe('0.25.0+muster.0.1.0');
    expect(config.original).toContain('url: http://127.0.0.1/<secret>');
    expect(config.original).not.toMatch(/pass|\/secret/);
    expect(config.original).not.toMatch(/^ *mqtt_configs/m);
    expect(config.original).toContain(
      '# not shown, because amtool cannot read it: 1 of mqtt_configs',
    );
    expect((await get('/receivers')).body).toEqual([{ name: 'ops' }, { name: 'pager' }]);
  });
});

describe('alerts', () => {
  it('are taken as a Prometheus sends them, and shown', async () => {
    const now = rig.clock.wall();
    const answer = await post('/alerts', [
      {
        labels: { alertname: 'Disk', instance: 'a', empty: '' },
        annotations: { summary: 'full' },
        startsAt: '2026-11-20T23:00:00.123456789Z',
        endsAt: '0001-01-01T00:00:00.000Z',
        generatorURL: 'http://prometheus/graph',
      },
    ]);
    expect(answer).toEqual({ status: 200, body: '' });
    expect((await get('/alerts')).body).toEqual([
      {
        annotations: { summary: 'full' },
        endsAt: new Date(now + 600_000).toISOString(),
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        receivers: [{ name: 'ops' }],
        startsAt: '2026-11-20T23:00:00.123Z',
        status: { inhibitedBy: [], silencedBy: [], mutedBy: [], state: 'active' },
        updatedAt: new Date(now).toISOString(),
        generatorURL: 'http://prometheus/graph',
        labels: { alertname: 'Disk', instance: 'a' },
      },
    ]);
  });

  it('that are wrong are refused by name; the others are taken', async () => {
    const { status, body } = await post('/alerts', [
      { labels: { alertname: 'ok' } },
      { labels: {} },
      { labels: { 'a-b': 'x' } },
      { labels: { a: 1 } },
      { labels: { a: 'b' }, startsAt: iso(10), endsAt: iso(0) },
      { labels: { a: 'b' }, startsAt: 'yesterday' },
    ]);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toBe(
      [
        'alerts[1]: at least one label pair required',
        'alerts[2]: invalid label name "a-b"',
        'alerts[3].labels.a must be a text',
        'alerts[4]: start time must be before end time',
        'alerts[5].startsAt must be a time as in RFC 3339',
      ].join('; '),
    );
    expect(await get('/alerts').then(({ body: all }) => all)).toHaveLength(1);
  });

  it('that are over are not shown', async () => {
    await post('/alerts', [{ labels: { alertname: 'x' }, endsAt: iso(0) }]);
    expect((await get('/alerts')).body).toEqual([]);
  });

  it('are filtered by matchers, receivers and what holds them back', async () => {
    await post('/alerts', [
      { labels: { alertname: 'Disk', site: 'bonn' } },
      { labels: { alertname: 'Down', site: 'bonn', severity: 'page' } },
      { labels: { alertname: 'Load', site: 'ulm' } },
    ]);
    await post('/silences', {
      matchers: [{ name: 'site', value: 'ulm', isRegex: false }],
      startsAt: iso(0),
      endsAt: iso(60_000),
      createdBy: 'me',
      comment: '',
    });
    const names = async (query: Record<string, string | string[]>) => {
      const { body } = await get('/alerts', query);
      const found = body as { labels: { alertname: string } }[];
      return found.map(({ labels }) => labels.alertname).sort((a, b) => (a < b ? -1 : 1));
    };
    expect(await names({})).toEqual(['Disk', 'Down', 'Load']);
    expect(await names({ filter: ['site="bonn"', 'alertname=~"D.*n"'] })).toEqual(['Down']);
    expect(await names({ filter: 'severity=""' })).toEqual(['Disk', 'Load']);
    expect(await names({ receiver: 'pag.*' })).toEqual(['Down']);
    expect(await names({ receiver: 'pag' })).toEqual([]);
    expect(await names({ silenced: 'false' })).toEqual(['Disk', 'Down']);
    expect(await names({ inhibited: 'false' })).toEqual(['Down', 'Load']);
    expect(await names({ active: 'false' })).toEqual(['Disk', 'Load']);
    expect((await get('/alerts', { filter: 'a==' })).status).toBe(200);
    expect(await get('/alerts', { filter: '=b' })).toEqual({
      status: 400,
      body: 'bad matcher format: =b',
    });
    expect((await get('/alerts', { receiver: '(' })).status).toBe(400);
    expect((await get('/alerts', { active: 'maybe' })).status).toBe(400);
  });

  it('are shown in their groups', async () => {
    await post('/alerts', [
      { labels: { alertname: 'Disk', instance: 'a' } },
      { labels: { alertname: 'Disk', instance: 'b' } },
      { labels: { alertname: 'Load', severity: 'page' } },
    ]);
    const { body } = await get('/alerts/groups');
    expect(body).toMatchObject([
      { labels: { alertname: 'Disk' }, receiver: { name: 'ops' }, alerts: [{}, {}] },
      { labels: { alertname: 'Load' }, receiver: { name: 'pager' }, alerts: [{}] },
    ]);
    const pager = await get('/alerts/groups', { receiver: 'pager' });
    expect(pager.body).toHaveLength(1);
  });
});

describe('silences', () => {
  const silence = (more: object = {}) => ({
    matchers: [{ name: 'a', value: 'b|c', isRegex: true, isEqual: false }],
    startsAt: iso(0),
    endsAt: iso(60_000),
    createdBy: 'me',
    comment: 'why',
    ...more,
  });

  it('are made, shown, changed and ended', async () => {
    const refused = await post('/silences', silence());
    expect(refused.body).toMatch(/must not match the empty string/);
    const matchers = [{ name: 'a', value: 'b|c', isRegex: true }];
    const made = await post('/silences', silence({ matchers }));
    const { silenceID } = JSON.parse(made.body) as { silenceID: string };
    expect(await get(`/silence/${silenceID}`)).toEqual({
      status: 200,
      body: {
        id: silenceID,
        status: { state: 'active' },
        updatedAt: iso(0),
        comment: 'why',
        createdBy: 'me',
        startsAt: iso(0),
        endsAt: iso(60_000),
        matchers: [{ name: 'a', value: 'b|c', isRegex: true, isEqual: true }],
      },
    });
    const longer = silence({ matchers, id: silenceID, endsAt: iso(120_000) });
    expect(JSON.parse((await post('/silences', longer)).body)).toEqual({ silenceID });
    expect((await get('/silences', { filter: 'a=~".*c"' })).body).toHaveLength(1);
    expect((await get('/silences', { filter: 'x="y"' })).body).toEqual([]);
    const end = await app.inject({ method: 'DELETE', url: `/api/v2/silence/${silenceID}` });
    expect(end.statusCode).toBe(200);
    const again = await app.inject({ method: 'DELETE', url: `/api/v2/silence/${silenceID}` });
    expect([again.statusCode, again.json()]).toEqual([500, `silence ${silenceID} already expired`]);
  });

  test.each([
    [{ startsAt: undefined }, 'startsAt is required'],
    [{ matchers: [] }, 'invalid silence: at least one matcher required'],
    [{ matchers: [{ name: 'a', value: '(', isRegex: true }] }, /^a=~"\("/],
    [{ matchers: [{ name: '', value: 'x' }] }, 'matchers[0]: invalid label name ""'],
    [{ comment: undefined }, 'comment is required'],
    [{ id: 'nobody' }, 'silence nobody not found'],
  ])('%j is refused', async (more, message) => {
    const matchers = [{ name: 'a', value: 'b' }];
    const { status, body } = await post('/silences', silence({ matchers, ...more }));
    expect(status).toBe('id' in more ? 404 : 400);
    if (typeof message === 'string') expect(JSON.parse(body)).toBe(message);
    else expect(JSON.parse(body)).toMatch(message);
  });

  it('that nobody knows are not found', async () => {
    expect(await get('/silence/x')).toEqual({ status: 404, body: 'silence x not found' });
  });
});

describe('history', () => {
  it('is told to those who ask, and a wrong time is named', async () => {
    await post('/alerts', [{ labels: { alertname: 'Disk' } }]);
    const url = '/api/muster/v1/alerts/history';
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.json()).toMatchObject({ events: [{ kind: 'fired' }] });
    const wrong = await app.inject({ method: 'GET', url, query: { since: 'then' } });
    expect(wrong.json<{ message: string }>().message).toMatch(/"then" is not a time/);
  });
});
