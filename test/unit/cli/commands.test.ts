import { describe, expect, test } from 'vitest';
import { agentUsage, runAgentCommand } from '../../../agent/cli/index.ts';
import type { World } from '../../../agent/ports/world.ts';
import { collectorUsage, runCollectorCommand } from '../../../collector/commands/index.ts';
import type { CommandIo as CollectorIo } from '../../../collector/ports/commands.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { healthyWorld } from './fake-world.ts';

const FILES = { '/proc/loadavg': '0.50 0.40 0.30 1/100 1234\n' };

async function agent(args: string[], broken: Partial<World> = {}, env = {}) {
  let out = '';
  let err = '';
  const [name = '', ...rest] = args;
  const code = await runAgentCommand(name, rest, {
    env: { MUSTER_DEVICE: 'd', ...env },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    world: healthyWorld(broken),
    openHost: () => memoryHost(FILES),
  });
  return { code, out, err };
}

async function collector(args: string[], more: Partial<CollectorIo> = {}) {
  let out = '';
  let err = '';
  const [name = '', ...rest] = args;
  const code = await runCollectorCommand(name, rest, {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    makeFolder: () => Promise.resolve(true),
    makeFile: () => Promise.resolve(true),
    problemsOfFiles: () => Promise.resolve([]),
    verify: async function* () {},
    ...more,
  });
  return { code, out, err };
}

describe('sample', () => {
  test('as Prometheus reads it', async () => {
    const { code, out } = await agent(['sample', '--only', 'loadavg', '--prometheus']);
    expect(code).toBe(0);
    expect(out).toContain('# TYPE node_load1 gauge\nnode_load1 0.5\n');
    expect(out).toContain('node_scrape_collector_success{collector="loadavg"} 1\n');
  });

  test('as JSON, a line each', async () => {
    const { out } = await agent(['sample', '--only', 'loadavg', '--json']);
    const points = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string });
    expect(points.map(({ name }) => name)).toEqual(['node_load1', 'node_load5', 'node_load15']);
    expect(points[0]).toEqual({
      name: 'node_load1',
      labels: {},
      value: 0.5,
      type: 'gauge',
      sampler: 'loadavg',
    });
  });

  test('what fails is said, and stands in the metrics', async () => {
    const { code, out, err } = await agent(['sample', '--only', 'cpu', '--prometheus']);
    expect(code).toBe(0);
    expect(err).toMatch(/^cpu: /);
    expect(out).toContain('node_scrape_collector_success{collector="cpu"} 0\n');
  });

  test.each([
    [['sample', '--only', 'nothing'], /no sampler nothing/],
    [['sample', '--profile', 'huge'], /edge or full/],
    [['sample', '--json', '--prometheus'], /not both/],
    [['sample', '--bogus'], /Unknown option '--bogus'/],
  ])('%j is answered with the usage', async (args, reason) => {
    const { code, err } = await agent(args);
    expect(code).toBe(2);
    expect(err).toMatch(reason);
    expect(err).toContain('muster-agent sample [--config FILE]');
  });
});

describe('status', () => {
  test('shows whatever the agent says', async () => {
    const value = { version: '1', link: { connectedSince: 5 }, epochs: [] };
    const answer = { agentStatus: () => Promise.resolve({ ok: true as const, value }) };
    expect(await agent(['status'], answer)).toEqual({
      code: 0,
      err: '',
      out: 'version: 1\nlink:\n  connected since: 5\nepochs: none\n',
    });
    const { out } = await agent(['status', '--json'], answer);
    expect(JSON.parse(out)).toEqual(value);
  });

  test('asks at the usual place too, and says where nobody answered', async () => {
    const asked: string[] = [];
    const silent = {
      agentStatus: (socket: string) => {
        asked.push(socket);
        return Promise.resolve({ ok: false as const, why: 'not there' });
      },
    };
    const { code, err } = await agent(['status'], silent, { MUSTER_SOCKET_PATH: '/x/a.sock' });
    expect(code).toBe(1);
    expect(asked).toEqual(['/x/a.sock', '/run/muster/agent.sock']);
    expect(err).toContain('/x/a.sock: not there');
  });
});

describe('config', () => {
  test('shows what is in effect, without secrets', async () => {
    const env = {
      MUSTER_SAMPLING_PROFILE: 'full',
      MUSTER_BROKER_USERNAME: 'me',
      MUSTER_BROKER_PASSWORD: 'hunter2',
    };
    const { code, out } = await agent(['config', 'show', '--json'], {}, env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      device: 'd',
      samplers: { cpu: { enabled: true, interval: '10s', guest: true } },
    });
    expect(out).not.toContain('hunter2');
  });

  test('check answers with problems and code 1', async () => {
    const { code, err } = await agent(['config', 'check'], {}, { MUSTER_SITE: 'A B' });
    expect(code).toBe(1);
    expect(err).toMatch(/^MUSTER_SITE: site: "A B" does not match/);
    expect(await agent(['config', 'check'])).toMatchObject({ code: 0 });
    const { out } = await agent(['config', 'check', '--json'], {}, { MUSTER_SITE: 'A B' });
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ path: 'site' }] });
  });

  test('schema prints the schema', async () => {
    const { out } = await agent(['config', 'schema']);
    expect(JSON.parse(out)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

describe('collector', () => {
  test('init never overwrites', async () => {
    const written: [string, string, number][] = [];
    const { code, out } = await collector(['init', '--config', '/c/c.yaml', '--data', '/d'], {
      makeFolder: () => Promise.resolve(false),
      makeFile: (...call) => {
        written.push(call);
        return Promise.resolve(false);
      },
    });
    expect(code).toBe(0);
    expect(written[0]?.[0]).toBe('/c/c.yaml');
    expect(written[0]?.[1]).toContain('data: "/d"');
    expect(out).toContain('/c/c.yaml was there and is left as it is');
  });

  test('init says what it may not do', async () => {
    const makeFolder = () => Promise.reject(new Error('EACCES: /d'));
    expect(await collector(['init', '--data', '/d'], { makeFolder })).toMatchObject({
      code: 1,
      err: expect.stringContaining('EACCES') as unknown,
    });
  });

  test('config check fails when a file that it names is wrong', async () => {
    const wrong = { problemsOfFiles: () => Promise.resolve(['r.yml:5:22: group "x": unclosed']) };
    expect(await collector(['config', 'check'], wrong)).toMatchObject({
      code: 1,
      err: 'r.yml:5:22: group "x": unclosed\n',
    });
    expect(await collector(['config', 'check'])).toMatchObject({ code: 0 });
  });

  test('verify fails when a part is damaged', async () => {
    const reports = (verdict: 'ok' | 'damaged') => ({
      verify: async function* () {
        yield { part: 'catalog', verdict, detail: '3 entries' };
      },
    });
    expect(await collector(['verify', '--data', '/d'], reports('ok'))).toMatchObject({
      code: 0,
      out: 'ok       catalog: 3 entries\n',
    });
    expect(await collector(['verify', '--data', '/d'], reports('damaged'))).toMatchObject({
      code: 1,
    });
  });

  test('config shows the broker in use alone', async () => {
    const env = { MUSTER_BROKER_URL: 'mqtt://b' };
    const { out } = await collector(['config', 'show'], { env });
    expect(out).toContain('broker:\n  url: mqtt://b\n');
    expect(out).not.toContain('mqtt:\n');
  });
});

describe('--help', () => {
  test.each([
    [['check', '--help'], 'muster-agent check [NAME ...] [--config FILE]'],
    [['status', 'tasks', '-h'], 'muster-agent status [health|tasks|remedies|'],
    [['updates', 'hold', '--help'], 'muster-agent updates hold NAME [--config FILE]'],
  ])('of the agent: %j', async (args, usage) => {
    const { code, out, err } = await agent(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`  ${usage}`);
  });

  test('of every command there is, with what it is for', async () => {
    for (const name of ['sample', 'status', 'check', 'updates', 'config', 'doctor']) {
      const { code, out } = await agent([name, '--help']);
      expect([code, agentUsage().includes(out)]).toEqual([0, true]);
    }
    for (const name of ['init', 'verify', 'config']) {
      const { code, out } = await collector([name, '--help']);
      expect([code, collectorUsage().includes(out)]).toEqual([0, true]);
    }
  });

  test('behind -- it is a name like others', async () => {
    const { code, err } = await agent(['status', '--', '--help']);
    expect(code).toBe(2);
    expect(err).toContain('which part?');
  });
});

test('an unknown command is answered with all there are', async () => {
  const { code, err } = await agent(['smaple']);
  expect(code).toBe(2);
  expect(err).toContain(agentUsage());
  expect(collectorUsage()).toContain('verify');
});
