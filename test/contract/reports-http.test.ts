/** Reports, events, health and reported state over HTTP: as published, in pages, refused plainly. */
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDevice } from '../../collector/core/device.ts';
import { viewDevice } from '../../collector/core/device-view.ts';
import { device, httpFixture, NOW } from '../support/http-fixture.ts';
import { header, health, report, reported } from '../support/reports/messages.ts';

const known = { ...newDevice('pi-1', 'berlin', NOW), health: health(), reported: reported() };
const { health: healthView, reported: reportedView } = viewDevice(known, true);
const fixture = httpFixture({
  devices: [
    device('pi-1', {
      ...(healthView && { health: healthView }),
      ...(reportedView && { reported: reportedView }),
    }),
    device('pi-2'),
  ],
});
const { app, reports } = fixture;
const API = '/api/muster/v1';

beforeAll(async () => {
  await app.ready();
  const running = { state: 'running', endedAt: 0, output: 'a line\n' } as const;
  reports.report('pi-1', 'berlin', 'r1', report(1, { startedAt: NOW - 3_000 }), NOW);
  reports.report('pi-1', 'berlin', 'r2', report(2, { startedAt: NOW - 2_000, ...running }), NOW);
  reports.report('pi-2', 'oslo', 'r1', report(1, { startedAt: NOW - 1_000, state: 'failed' }), NOW);
  const event = { wall: NOW - 500, name: 'check.failed', severity: 'error' as const, text: '' };
  const events = [{ ...event, attributes: new Map([['check', 'web']]) }];
  reports.event('pi-1', 'berlin', { header: header(3), events, gaps: [] }, NOW);
});
afterAll(() => app.close());

interface Operation {
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
}

async function get<T>(path: string, route = path): Promise<T> {
  const answer = await app.inject(`${API}${path}`);
  expect(answer.statusCode).toBe(200);
  const { paths } = app.swagger() as unknown as { paths: Record<string, { get: Operation }> };
  const schema = paths[`${API}${route}`]?.get.responses['200']?.content['application/json']?.schema;
  const check = new Ajv({ strict: false }).compile(schema ?? { not: {} });
  check(answer.json());
  expect(check.errors ?? []).toEqual([]);
  return answer.json<T>();
}

const list = async (query: string) => {
  const { reports: found } = await get<{ reports: { device: string; run: string }[] }>(
    `/reports${query}`,
    '/reports',
  );
  return found.map(({ device: id, run }) => `${id}/${run}`);
};

describe('reports', () => {
  it('are listed newest first, filtered, as published', async () => {
    expect(await list('')).toEqual(['pi-2/r1', 'pi-1/r2', 'pi-1/r1']);
    expect(await list('?device=pi-1&state=running')).toEqual(['pi-1/r2']);
    expect(await list('?name=tidy&subject=remedy')).toEqual([]);
    expect(await list(`?since=${(NOW - 2_500) / 1000}&until=${(NOW - 1_500) / 1000}`)).toEqual([
      'pi-1/r2',
    ]);
  });

  it('come in pages', async () => {
    const first = await get<{ next: string }>('/reports?limit=2', '/reports');
    expect(await list(`?limit=2&cursor=${encodeURIComponent(first.next)}`)).toEqual(['pi-1/r1']);
  });

  it('are summed up', async () => {
    const found = await get<object>('/reports/summary');
    expect(found).toMatchObject({
      runs: 3,
      complete: true,
      tasks: [
        { name: 'tidy', runs: 3, successRate: 0.5, last: { device: 'pi-2', state: 'failed' } },
      ],
      devices: [
        { device: 'pi-2', site: 'oslo', successRate: 0 },
        { device: 'pi-1', successRate: 1, states: { running: 1, succeeded: 1 } },
      ],
    });
  });
});

it('events are listed and filtered', async () => {
  const { events } = await get<{ events: object[] }>('/events');
  expect(events).toEqual([
    {
      ...{ device: 'pi-1', site: 'berlin', at: NOW - 500, receivedAt: NOW, name: 'check.failed' },
      ...{ severity: 'error', text: '', attributes: { check: 'web' } },
    },
  ]);
  expect(await get('/events?severity=info', '/events')).toEqual({ events: [] });
  expect(await get('/events?name=check.failed&device=pi-2', '/events')).toEqual({ events: [] });
});

it('health and reported state of a device are shown, in a list only in short', async () => {
  expect(await get('/devices/pi-1/health', '/devices/{id}/health')).toEqual(healthView);
  expect(await get('/devices/pi-1/reported', '/devices/{id}/reported')).toEqual(reportedView);
  await get('/devices/pi-1', '/devices/{id}');
  const { devices } = await get<{ devices: object[] }>('/devices');
  expect(devices[0]).toMatchObject({ health: { overall: 'unhealthy', failing: 1 } });
  expect(devices[0]).not.toHaveProperty('health.checks');
  expect(devices[0]).not.toHaveProperty('reported');
  const sick = await get<{ total: number }>('/devices?health=unhealthy', '/devices');
  expect([
    sick.total,
    (await get<{ total: number }>('/devices?health=unknown', '/devices')).total,
  ]).toEqual([1, 1]);
});

it.each([
  ['/reports?cursor=x', 400, 'bad-request'],
  ['/reports?since=soon', 400, 'bad-request'],
  ['/reports?state=odd', 400, 'bad-request'],
  ['/events?limit=0', 400, 'bad-request'],
  ['/devices/pi-2/health', 404, 'not-reported'],
  ['/devices/nope/reported', 404, 'unknown-device'],
])('%s is %i %s', async (path, status, code) => {
  const answer = await app.inject(`${API}${path}`);
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
});
