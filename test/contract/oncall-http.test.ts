/** On-call by HTTP and by command: what is asked, what is answered, and how nonsense is refused. */
import { Command } from 'commander';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acknowledge } from '../../collector/cli/commands/acknowledge.ts';
import { maintenance } from '../../collector/cli/commands/maintenance.ts';
import { oncall } from '../../collector/cli/commands/oncall.ts';
import { summary } from '../../collector/cli/commands/summary.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { MINUTE, OnCallRig } from '../support/oncall/rig.ts';
import { serveRig } from '../support/oncall/server.ts';

const A = { alertname: 'Disk', instance: 'a', site: 'berlin' };
const API = '/api/muster/v1';
const POLICIES = `
escalations: { page: { steps: [{ after: 5m, receivers: [boss] }] } }
routes: [{ escalation: page }]
`;

let rig: OnCallRig;
let app: FastifyInstance;

beforeEach(async () => {
  rig = await new OnCallRig({ catalog: new MemoryCatalog(), policies: POLICIES }).start();
  app = serveRig(rig);
  await rig.fire(A);
  await rig.advance(MINUTE);
});

afterEach(() => app.close());

interface Asked {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
}

async function ask(path: string, { method = 'GET', body }: Asked = {}) {
  const url = path.startsWith('/') ? path : `${API}/${path}`;
  const answer = await app.inject({ method, url, ...(body && { payload: body }) });
  const text = answer.body;
  return { status: answer.statusCode, text, headers: answer.headers };
}

const json = async (path: string, asked?: Asked) => {
  const { status, text } = await ask(path, asked);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};

describe('alerts', () => {
  it('are shown with what holds them, taken and given back', async () => {
    const { body } = await json('alerts');
    expect(body['alerts']).toMatchObject([
      { labels: A, conditions: [], escalation: { escalation: 'page', step: 0 } },
    ]);
    const wish = { matchers: ['instance="a"'], by: 'ada', for: '1h', comment: 'on it' };
    const taken = await json('alerts/acknowledge', { method: 'POST', body: wish });
    expect(taken).toMatchObject({ status: 200, body: { acknowledgements: [{ by: 'ada' }] } });
    const shown = await json('alerts');
    expect(shown.body['alerts']).toMatchObject([
      { conditions: ['acknowledged'], acknowledgement: { comment: 'on it', via: 'api' } },
    ]);
    const given = { matchers: ['instance="a"'], by: 'ada' };
    const back = await json('alerts/acknowledge', { method: 'DELETE', body: given });
    expect(back.body['fingerprints']).toHaveLength(1);
    const history = await json('alerts/history');
    expect(history.body['events']).toMatchObject([
      { kind: 'unacknowledged', data: { by: 'ada' } },
      { kind: 'acknowledged', data: { by: 'ada', via: 'api', comment: 'on it' } },
      { kind: 'notified' },
      { kind: 'fired' },
    ]);
  });

  it.each([
    [{ by: 'ada' }, 400, 'name the alerts by one of'],
    [{ matchers: ['a="b"'] }, 400, "must have required property 'by'"],
    [{ matchers: ['a=="b"'], by: 'ada' }, 400, 'matchers: '],
    [{ matchers: ['a="b"'], by: 'ada', for: 'long' }, 400, 'for: "long" is not a duration'],
    [{ matchers: ['a="b"'], by: 'ada', until: 1 }, 400, 'must NOT have additional properties'],
    [{ fingerprints: ['0'], by: 'ada' }, 404, 'no firing alert has the fingerprint 0'],
  ])('are refused when %j', async (body, status, detail) => {
    const refused = await json('alerts/acknowledge', { method: 'POST', body });
    expect(refused.status).toBe(status);
    expect(String(refused.body['detail'])).toContain(detail);
  });
});

describe('maintenance', () => {
  it('is begun, shown and ended', async () => {
    const body = { device: 'a', for: '2h', by: 'ada', comment: 'disk' };
    const made = await json('maintenance', { method: 'POST', body });
    expect(made).toMatchObject({ status: 200, body: { state: 'on', by: 'ada' } });
    const { body: shown } = await json('alerts');
    expect(shown['alerts']).toMatchObject([{ conditions: ['maintenance'] }]);
    const id = String(made.body['id']);
    expect((await ask(`maintenance/${id}?by=ada`, { method: 'DELETE' })).status).toBe(204);
    const list = await json('maintenance?device=a');
    expect(list.body['maintenances']).toMatchObject([{ id, state: 'over' }]);
    expect((await ask('maintenance/none', { method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    [{ by: 'ada', for: '1h' }, 'one of device, site or labels'],
    [{ by: 'ada', device: 'a', site: 'b', for: '1h' }, 'one of device, site or labels'],
    [{ by: 'ada', device: 'a' }, 'one of for (e.g. 2h) or endsAt'],
    [{ by: 'ada', device: 'a', for: '-1h' }, 'is not a duration'],
    [{ by: 'ada', device: 'a', endsAt: '2020-01-01T00:00:00Z' }, 'must end after'],
    [{ by: 'ada', device: 'a', for: '9y' }, 'a year at most'],
  ])('is refused when %j', async (body, detail) => {
    const refused = await json('maintenance', { method: 'POST', body });
    expect(refused.status).toBe(400);
    expect(String(refused.body['detail'])).toContain(detail);
  });
});

describe('the link of a message', () => {
  it('changes nothing when it is looked at, and takes when pressed', async () => {
    const [told] = rig.take();
    const path = told?.acknowledgeUrl?.replace('http://muster.test', '') ?? '';
    const page = await ask(path);
    expect(page.status).toBe(200);
    expect(page.text).toContain('<form method="post">');
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    expect(rig.desk.alerts()[0]?.conditions).toEqual([]);
    const pressed = await app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'by=%3Cb%3EAda',
    });
    expect(pressed.body).toContain('<h1>Acknowledged</h1>');
    expect(pressed.body).toContain('Taken by &lt;b&gt;Ada');
    expect(rig.desk.alerts()[0]?.acknowledgement).toMatchObject({ by: '<b>Ada', via: 'link' });
    expect((await ask(`${path}x`)).status).toBe(400);
    expect((await ask('/ack/nothing')).status).toBe(400);
  });
});

describe('a report', () => {
  it('is made on demand in three forms', async () => {
    const { body } = await json('reports/alerts');
    expect(body).toMatchObject({ counts: { new: 1, firing: 1, notifications: 1 } });
    const html = await ask('reports/alerts?format=html');
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(html.text).toContain('<td');
    expect((await ask('reports/alerts?format=text')).text).toContain('Noisiest alerts');
    expect((await ask('reports/alerts?from=5&to=4')).status).toBe(400);
  });
});

describe('commands', () => {
  async function run(...args: string[]): Promise<string> {
    let out = '';
    const program = new Command('muster').option('--url <address>').option('--json').exitOverride();
    const io = {
      out: (text: string) => {
        out += text;
      },
      err: () => {},
      fetch: async (url: string | URL | Request, init?: RequestInit) => {
        const { pathname, search } = new URL(url as string);
        const answer = await app.inject({
          method: (init?.method ?? 'GET') as 'GET',
          url: pathname + search,
          headers: (init?.headers ?? {}) as Record<string, string>,
          ...(typeof init?.body === 'string' && { payload: init.body }),
        });
        const body = answer.statusCode === 204 ? null : answer.body;
        return new Response(body, { status: answer.statusCode });
      },
      env: { USER: 'ada' },
      terminal: false,
      signal: new AbortController().signal,
      now: () => rig.clock.wall(),
      sleep: () => Promise.resolve(),
    };
    for (const add of [acknowledge, maintenance, oncall, summary]) add(program, io);
    await program.parseAsync(args, { from: 'user' });
    return out;
  }

  it('take alerts and give them back', async () => {
    expect(await run('acknowledge', 'Disk', '--for', '1h')).toMatch(/[0-9a-f]{16} .* ada\n/);
    expect(await run('oncall')).toMatch(/Disk +a +berlin .* acknowledged +ada\n/);
    expect(await run('acknowledge', '--undo', 'instance="a"')).toContain('given back');
    await expect(run('acknowledge', '0123456789abcdef')).rejects.toThrow('no firing alert');
  });

  it('begin maintenance and end it', async () => {
    const id = (await run('maintenance', 'on', 'site=berlin', '--for', '2h')).split(' ')[0] ?? '';
    expect(await run('maintenance')).toContain('site=berlin');
    expect(await run('maintenance', 'off', id)).toBe(`${id} is over\n`);
    expect(await run('maintenance')).toBe('nothing is under maintenance\n');
    await expect(run('maintenance', 'on', 'a', 'b')).rejects.toThrow('is not label=value');
  });

  it('show ladders and reports', async () => {
    expect(await run('oncall', 'escalations')).toContain('page');
    expect(await run('summary', '--last', '7d')).toContain('Alerts, on demand');
    expect(JSON.parse(await run('--json', 'summary'))).toMatchObject({ version: '1' });
    expect(await run('summary', '--html')).toContain('<!doctype html>');
    await expect(run('summary', '--last', 'week')).rejects.toThrow('is not a duration');
  });
});
