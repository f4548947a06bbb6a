/** `muster health`, `muster reports` and `muster events` against the real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../../collector/cli/client.ts';
import { fetchPages } from '../../../collector/cli/history-options.ts';
import { run } from '../../../collector/cli/program.ts';
import type { HealthView } from '../../../collector/core/views.ts';
import { device, httpFixture, NOW } from '../../support/http-fixture.ts';
import { header, report } from '../../support/reports/messages.ts';

const sick: HealthView = {
  ...{ overall: 'unhealthy', reason: 'web: refused', since: NOW - 300_000, failing: 1, at: NOW },
  checks: [
    {
      ...{ name: 'web', kind: 'http', state: 'critical', since: NOW - 300_000, at: NOW - 5_000 },
      ...{ text: 'refused\u001b[2J', critical: true, component: '', durationMs: 12, labels: {} },
    },
  ],
};
const well: HealthView = { ...sick, overall: 'healthy', reason: '', failing: 0, checks: [] };
const fixture = httpFixture({
  devices: [
    device('pi-1', { health: well }),
    device('pi-2', { health: sick, labels: { ring: 'stable' } }),
    device('pi-3', { health: { ...sick, overall: 'degraded', reason: 'disk: 91 %' }, up: false }),
    device('pi-4'),
  ],
});
let url = '';

beforeAll(async () => {
  const { reports } = fixture;
  const failed = { state: 'failed', text: 'no room', output: 'a\nb\u0007\n' } as const;
  reports.report('pi-1', 'berlin', 't1', report(1, { startedAt: NOW - 9_000 }), NOW);
  reports.report('pi-2', 'berlin', 't2', report(1, { startedAt: NOW - 5_000, ...failed }), NOW);
  const happened = { wall: NOW - 1_000, text: 'web: refused', attributes: new Map() };
  const events = [
    { ...happened, name: 'check.failed', severity: 'error' as const },
    { ...happened, name: 'check.recovered', severity: 'info' as const },
  ];
  reports.event('pi-2', 'berlin', { header: header(2), events, gaps: [] }, NOW);
  url = await fixture.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => fixture.app.close());

async function muster(...args: readonly string[]) {
  let out = '';
  let err = '';
  const code = await run(
    args,
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      ...{ fetch, env: { MUSTER_URL: url }, terminal: false, now: () => NOW },
      signal: new AbortController().signal,
      sleep: () => Promise.resolve(),
    },
    '1.2.3',
  );
  return { code, out, err };
}

describe('muster health', () => {
  it('shows devices that are not well, worst first, and why', async () => {
    const { out } = await muster('health');
    expect(out.split('\n')).toEqual([
      'DEVICE  SITE    HEALTH     SINCE      UP   WHY',
      'pi-2    berlin  unhealthy  5 min ago  yes  web: refused',
      'pi-3    berlin  degraded   5 min ago  no   disk: 91 %',
      '',
      '4 devices: 1 unhealthy, 1 degraded, 1 unknown, 1 healthy',
      '',
    ]);
    expect((await muster('health', 'ring=stable')).out).toContain('1 device: 1 unhealthy\n');
    expect((await muster('health', '--all')).out).toContain('\npi-4    berlin  unknown');
    const { out: json } = await muster('health', 'ring=stable', '--json');
    expect(JSON.parse(json)).toMatchObject([{ id: 'pi-2', health: { failing: 1 } }]);
    expect(await muster('health', 'ring=(')).toMatchObject({ code: 1, out: '' });
  });

  it('shows the checks of one', async () => {
    const { out } = await muster('health', 'pi-2');
    expect(out).toMatch(/^device: +pi-2\nhealth: +unhealthy, since 5 min ago\n/);
    expect(out).toMatch(/\nweb {4}http +critical +yes +5 min ago +12 ms {2}refused.\[2J\n$/);
    expect(out).not.toContain('\u001b');
    expect((await muster('health', 'pi-4')).err).toBe('muster: pi-4 has sent no health yet.\n');
  });
});

describe('muster reports', () => {
  it('lists, filters and shows runs', async () => {
    const { out } = await muster('reports');
    expect(
      out
        .split('\n')
        .slice(0, 3)
        .map((line) => line.slice(21)),
    ).toEqual([
      'DEVICE  RUN  WHAT       STATE      TOOK  TEXT',
      expect.stringMatching(/^pi-2 {4}t2 {3}task tidy {2}failed +\d+ s {2}no room$/) as string,
      expect.stringMatching(/^pi-1 {4}t1 {3}task tidy {2}succeeded +\d+ s {2}3 files$/) as string,
    ]);
    expect((await muster('reports', '--state', 'failed', '--device', 'pi-1')).out).toBe(
      'no runs\n',
    );
    expect((await muster('reports', '--since', '-6s', '--json')).out).toContain('"t2"');
    expect((await muster('reports', '--state', 'odd')).err).toContain('querystring/state');
    const shown = (await muster('reports', 'show', 'pi-2', 't2')).out;
    expect(shown).toMatch(/state: +failed\n/);
    expect(shown).toMatch(/changed: +\/tmp\/a\n/);
    expect(shown.endsWith('\nOUTPUT\na\nb?\n')).toBe(true);
    expect((await muster('reports', 'show', 'pi-2', 't9')).code).toBe(1);
  });

  it('sums up by task and by device, worst first', async () => {
    const { out } = await muster('reports', 'summary');
    expect(out).toMatch(/^2 runs from /);
    expect(out).toMatch(/\ntidy +2 +50 % +failed, /);
    expect(out).toMatch(/\npi-2 +1 +0\.0 % .*\npi-1 +1 +100 % /);
    expect((await muster('reports', 'summary', '--name', 'x')).out).toMatch(/^no runs from /);
  });
});

describe('pages', () => {
  it('are followed until there is enough or no more', async () => {
    const asked: string[] = [];
    const pages = [{ things: [1, 2], next: 'a' }, { things: [], next: 'b' }, { things: [3] }];
    const client = {
      json: (_path: string, query: URLSearchParams) => {
        asked.push(query.toString());
        return Promise.resolve(pages[asked.length - 1]);
      },
    } as unknown as Client;
    const ask = (limit: string) =>
      fetchPages<number>(client, '/x', 'things', new URLSearchParams({ limit }));
    expect(await ask('9')).toEqual([1, 2, 3]);
    expect(asked).toEqual(['limit=9', 'limit=7&cursor=a', 'limit=7&cursor=b']);
    asked.length = 0;
    expect(await ask('2')).toEqual([1, 2]);
    expect(asked.length).toBe(1);
  });
});

describe('muster events', () => {
  it('lists and filters', async () => {
    expect((await muster('events')).out.split('\n').length).toBe(4);
    const { out } = await muster('events', '--severity', 'error', '--device', 'pi-2');
    expect(out).toMatch(/\n\S+ \S+ {2}pi-2 {4}error {5}check\.failed {2}web: refused\n$/);
    expect((await muster('events', '--name', 'nope')).out).toBe('no events\n');
  });
});
