/** The API's own branch: answers match their published schemas, refusals are problem+json. */
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { device, httpFixture, NOW } from '../support/http-fixture.ts';

const gap = { from: NOW - 5000, to: NOW - 1000, cause: 'killed', samples: 12 };
const { up: _, ...unknown } = device('gw-1', { site: 'oslo', labels: { role: 'gw' } });
const { app, state, devices } = httpFixture({
  devices: [
    device('pi-2', {
      up: false,
      gaps: [gap],
      problems: ['clone: two machines use this device id'],
    }),
    device('pi-1'),
    unknown,
  ],
});
afterAll(() => app.close());

interface Operation {
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
}

async function documented(path: string, status = 200, type = 'application/json') {
  await app.ready();
  const { paths } = app.swagger() as unknown as { paths: Record<string, { get: Operation }> };
  const schema = paths[path]?.get.responses[status]?.content[type]?.schema;
  if (schema === undefined) throw new Error(`${path} ${status} is not documented`);
  return new Ajv({ strict: false }).compile(schema);
}

async function list(query: string): Promise<string[]> {
  const { devices } = (await app.inject(`/api/muster/v1/devices${query}`)).json<{
    devices: { id: string }[];
  }>();
  return devices.map(({ id }) => id);
}

describe('devices', () => {
  it('are listed in order of id, without what makes the list heavy', async () => {
    const answer = await app.inject('/api/muster/v1/devices');
    expect(answer.statusCode).toBe(200);
    const body = answer.json<{ devices: object[]; total: number }>();
    expect((await documented('/api/muster/v1/devices'))(body)).toBe(true);
    expect(body.total).toBe(3);
    expect(body.devices.at(-1)).toMatchObject({ id: 'pi-2', held: 4, gapCount: 1, lastGap: gap });
  });

  it('are filtered and paged', async () => {
    expect(await list('')).toEqual(['gw-1', 'pi-1', 'pi-2']);
    expect(await list('?site=oslo')).toEqual(['gw-1']);
    expect(await list('?up=false')).toEqual(['pi-2']);
    expect(await list('?up=unknown')).toEqual(['gw-1']);
    expect(await list('?label=ring=canary&label=ring')).toEqual(['pi-1', 'pi-2']);
    expect(await list('?limit=1&after=gw-1')).toEqual(['pi-1']);
  });

  it('are shown with epochs and gaps', async () => {
    const answer = await app.inject('/api/muster/v1/devices/pi-2');
    expect(answer.json()).toEqual(devices.get('pi-2'));
    expect((await documented('/api/muster/v1/devices/{id}'))(answer.json())).toBe(true);
    expect((await app.inject('/api/muster/v1/devices/pi-2/gaps')).json()).toEqual({ gaps: [gap] });
  });

  it('are forgotten', async () => {
    devices.set('old-1', device('old-1'));
    const forget = () => app.inject({ method: 'DELETE', url: '/api/muster/v1/devices/old-1' });
    expect((await forget()).statusCode).toBe(204);
    expect((await forget()).statusCode).toBe(404);
  });
});

describe('quarantine', () => {
  it('lists entries and shows their bytes', async () => {
    const { entries } = (await app.inject('/api/muster/v1/quarantine')).json<{
      entries: object[];
    }>();
    expect(entries).toMatchObject([{ id: '7', bytes: 2 }]);
    expect((await app.inject('/api/muster/v1/quarantine/7')).json()).toMatchObject({
      payload: 'ff01',
    });
    expect((await app.inject('/api/muster/v1/quarantine/8')).json()).toMatchObject({
      code: 'unknown-entry',
    });
  });
});

describe('health', () => {
  it('is as bad as the worst part', async () => {
    const isHealth = await documented('/health');
    const ask = async () => {
      const answer = await app.inject('/health');
      expect(isHealth(answer.json())).toBe(true);
      return [answer.statusCode, answer.json<{ status: string }>().status];
    };
    expect(await ask()).toEqual([200, 'healthy']);
    state.components.push({ name: 'broker', status: 'degraded', detail: 'reconnecting' });
    expect(await ask()).toEqual([200, 'degraded']);
    state.components.push({ name: 'disk', status: 'unhealthy', detail: 'full' });
    expect(await ask()).toEqual([503, 'unhealthy']);
    expect((await app.inject('/-/healthy')).statusCode).toBe(200);
  });

  it('says what readiness waits for', async () => {
    expect((await app.inject('/-/ready')).statusCode).toBe(200);
    state.readiness = { ready: false, reasons: ['replaying the journal'] };
    const answer = await app.inject('/-/ready');
    expect([answer.statusCode, answer.body]).toEqual([
      503,
      'Muster is not ready: replaying the journal\n',
    ]);
  });

  it('counts requests by route, not by address', async () => {
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toContain('version=0.0.4');
    expect(body).toContain(
      'muster_collector_http_requests_total{method="GET",route="/api/muster/v1/devices/:id",code="200"} 1',
    );
    expect(body).not.toContain('pi-2');
  });
});

describe('refusals', () => {
  it.each([
    ['/api/muster/v1/devices/nope', 404, 'unknown-device'],
    ['/api/muster/v1/devices?sit=x', 400, 'bad-request'],
    ['/api/muster/v1/devices?limit=0', 400, 'bad-request'],
    ['/api/muster/v1/stream?match=rate(x[5m])', 400, 'bad-selector'],
    ['/api/muster/v1/stream?kind=nope', 400, 'bad-request'],
    ['/nope', 404, 'not-found'],
    ['/', 404, 'page-not-built'],
  ])('%s is %i %s', async (url, status, code) => {
    const answer = await app.inject(url);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status, code, type: `urn:muster:error:${code}` });
    expect(answer.statusCode).toBe(status);
  });

  it('name the parameter', async () => {
    const { detail } = (await app.inject('/api/muster/v1/devices?sit=x')).json<{
      detail: string;
    }>();
    expect(detail).toBe('querystring: unknown parameter sit');
  });

  it('hold a body to its limit', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/query',
      payload: `query=${'x'.repeat(1_100_000)}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      413,
      { status: 'error', errorType: 'bad_data' },
    ]);
  });
});

describe('who may ask', () => {
  it.each([
    ['localhost:8080', 200],
    ['127.0.0.1', 200],
    ['[::1]:8080', 200],
    ['LOCALHOST', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example:8080', 421],
    ['[::2]', 421],
  ])('Host %s: %i', async (host, status) => {
    expect((await app.inject({ url: '/-/healthy', headers: { host } })).statusCode).toBe(status);
  });

  it('lets configured names through', async () => {
    const named = httpFixture({ hostNames: ['Muster.Example'] }).app;
    expect(
      (await named.inject({ url: '/-/healthy', headers: { host: 'muster.example:8080' } }))
        .statusCode,
    ).toBe(200);
    await named.close();
  });

  it('refuses changes that another site asks for', async () => {
    const ask = (origin: string) =>
      app.inject({
        method: 'DELETE',
        url: '/api/muster/v1/devices/nope',
        headers: { origin, host: 'localhost:8080' },
      });
    expect((await ask('https://evil.example')).json()).toMatchObject({ code: 'cross-site' });
    expect((await ask('null')).json()).toMatchObject({ code: 'cross-site' });
    expect((await ask('http://localhost:8080')).json()).toMatchObject({ code: 'unknown-device' });
  });

  it('sends a strict policy with everything', async () => {
    for (const url of ['/-/healthy', '/nope', '/api/v1/query?query=up']) {
      const { headers } = await app.inject(url);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('docs', () => {
  it('describe every route but the page', async () => {
    const { paths } = (await app.inject('/docs/json')).json<{ paths: Record<string, unknown> }>();
    expect(Object.keys(paths).sort()).toEqual([
      '/-/healthy',
      '/-/ready',
      '/api/muster/v1/alerts',
      '/api/muster/v1/alerts/acknowledge',
      '/api/muster/v1/alerts/history',
      '/api/muster/v1/devices',
      '/api/muster/v1/devices/{id}',
      '/api/muster/v1/devices/{id}/gaps',
      '/api/muster/v1/devices/{id}/health',
      '/api/muster/v1/devices/{id}/reported',
      '/api/muster/v1/escalations',
      '/api/muster/v1/events',
      '/api/muster/v1/maintenance',
      '/api/muster/v1/maintenance/{id}',
      '/api/muster/v1/notify/test',
      '/api/muster/v1/quarantine',
      '/api/muster/v1/quarantine/{id}',
      '/api/muster/v1/reports',
      '/api/muster/v1/reports/alerts',
      '/api/muster/v1/reports/summary',
      '/api/muster/v1/stream',
      '/api/v1/alertmanagers',
      '/api/v1/alerts',
      '/api/v1/format_query',
      '/api/v1/label/{name}/values',
      '/api/v1/labels',
      '/api/v1/metadata',
      '/api/v1/parse_query',
      '/api/v1/query',
      '/api/v1/query_exemplars',
      '/api/v1/query_range',
      '/api/v1/rules',
      '/api/v1/series',
      '/api/v1/status/buildinfo',
      '/api/v1/status/config',
      '/api/v1/status/flags',
      '/api/v1/status/runtimeinfo',
      '/api/v1/status/tsdb',
      '/api/v1/targets',
      '/api/v1/write',
      '/api/v2/alerts',
      '/api/v2/alerts/groups',
      '/api/v2/receivers',
      '/api/v2/silence/{id}',
      '/api/v2/silences',
      '/api/v2/status',
      '/health',
      '/metrics',
    ]);
  });

  it('are a page that needs nothing from elsewhere', async () => {
    const { body, headers } = await app.inject('/docs/');
    expect(body).not.toMatch(/https?:\/\//);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect((await app.inject('/docs/static/swagger-ui-bundle.js')).statusCode).toBe(200);
  });
});
