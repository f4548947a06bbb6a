import { describe, expect, test } from 'vitest';
import { runAgentCommand } from '../../../agent/cli/index.ts';
import type { World } from '../../../agent/ports/world.ts';
import { FOLDER, healthyWorld, inDays } from './fake-world.ts';

interface Result {
  readonly diagnosis: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly remedy?: string;
}

const HOME = { MUSTER_DEVICE: 'd', MUSTER_DATA: '/var/lib/muster-agent' };
const ENCRYPTED = { ...HOME, MUSTER_BROKER_URL: 'mqtts://broker.example.com:8883' };

async function doctor(broken: Partial<World> = {}, env: Record<string, string> = HOME) {
  let text = '';
  const code = await runAgentCommand('doctor', ['--json'], {
    env: { ...env, MUSTER_CONFIG: '' },
    out: (part) => {
      text += part;
    },
    err: () => undefined,
    world: healthyWorld(broken),
    openHost: () => {
      throw new Error('the doctor does not sample');
    },
  });
  const results = JSON.parse(text) as Result[];
  return { code, results, bad: results.filter(({ verdict }) => verdict !== 'ok') };
}

test.each([HOME, ENCRYPTED])('a healthy device has nothing: %#', async (env) => {
  const { code, bad, results } = await doctor({}, env);
  expect(bad).toEqual([]);
  expect(code).toBe(0);
  expect(new Set(results.map(({ diagnosis }) => diagnosis))).toEqual(
    new Set([
      'configuration',
      'data folder',
      'buffer',
      'clock',
      'kernel',
      'service',
      'DNS',
      'broker',
      'TLS',
    ]),
  );
});

const no = (why: string) => () => Promise.resolve({ ok: false as const, why });
const at = (path: string, state: typeof FOLDER | undefined) => (asked: string) =>
  Promise.resolve(asked === path ? state : FOLDER);
const DATA = HOME.MUSTER_DATA;

describe('what is wrong is named, with a remedy', () => {
  test.each<[string, Partial<World>, 'warn' | 'fail', RegExp]>([
    [
      'data folder',
      { path: at(DATA, { ...FOLDER, writable: false }) },
      'fail',
      /may not be written/,
    ],
    ['data folder', { path: at(DATA, { ...FOLDER, kind: 'file' }) }, 'fail', /no folder/],
    ['data folder', { path: () => Promise.resolve(undefined) }, 'fail', /does not exist/],
    ['data folder', { path: at(DATA, { ...FOLDER, mode: 0o755 }) }, 'warn', /open to every user/],
    ['data folder', { freeBytes: () => Promise.resolve(1e6) }, 'fail', /0MiB free/],
    ['data folder', { freeBytes: () => Promise.resolve(8e7) }, 'warn', /needs 112MiB/],
    [
      'buffer',
      { list: () => Promise.resolve(['buffer', 'buffer.damaged-1']) },
      'warn',
      /set aside/,
    ],
    [
      'buffer',
      {
        agentStatus: () =>
          Promise.resolve({
            ok: true,
            value: { buffer: { bytes: 95, capBytes: 100, records: 7 } },
          }),
      },
      'warn',
      /7 records wait/,
    ],
    [
      'buffer',
      { agentStatus: no('x'), path: at(`${DATA}/buffer`, { ...FOLDER, writable: false }) },
      'fail',
      /may not be opened/,
    ],
    ['clock', { wall: () => Date.UTC(1970, 0, 1) }, 'fail', /cannot be right/],
    ['clock', { clockSynced: () => false }, 'warn', /not synchronised/],
    ['clock', { clockSynced: () => undefined }, 'warn', /nobody says/],
    ['kernel', { read: () => Promise.resolve(undefined) }, 'fail', /proc cannot be read/],
    ['kernel', { path: at('/proc/pressure/cpu', undefined) }, 'warn', /pressure/],
    [
      'service',
      { command: () => Promise.resolve({ ok: true, value: 'LoadState=not-found\n' }) },
      'warn',
      /not installed/,
    ],
    [
      'service',
      {
        command: () =>
          Promise.resolve({
            ok: true,
            value: 'LoadState=loaded\nActiveState=failed\nSubState=failed\n',
          }),
      },
      'fail',
      /failed/,
    ],
    [
      'service',
      {
        command: () =>
          Promise.resolve({
            ok: true,
            value: 'LoadState=loaded\nActiveState=active\nNRestarts=9\n',
          }),
      },
      'warn',
      /restarted 9 times/,
    ],
    ['DNS', { lookup: no('ENOTFOUND') }, 'fail', /not found: ENOTFOUND/],
    ['broker', { connect: no('ECONNREFUSED') }, 'fail', /no connection to broker.example.com:8883/],
    ['broker', { mqttConnect: no('it hung up') }, 'fail', /does not answer as a broker/],
    [
      'broker',
      { mqttConnect: () => Promise.resolve({ ok: true, value: 5 }) },
      'fail',
      /does not authorise/,
    ],
    [
      'broker',
      { mqttConnect: () => Promise.resolve({ ok: true, value: 2 }) },
      'warn',
      /refuses the client id/,
    ],
    ['TLS', { tls: no('wrong version number') }, 'fail', /no TLS with/],
    [
      'TLS',
      {
        tls: () =>
          Promise.resolve({
            ok: true,
            value: { protocol: 'TLSv1.3', subject: 'b', validTo: inDays(5) },
          }),
      },
      'warn',
      /5 days left/,
    ],
    [
      'TLS',
      {
        tls: () =>
          Promise.resolve({
            ok: true,
            value: {
              protocol: 'TLSv1.3',
              subject: 'b',
              validTo: inDays(50),
              distrust: 'SELF_SIGNED',
            },
          }),
      },
      'fail',
      /SELF_SIGNED/,
    ],
  ])('%s %#', async (diagnosis, broken, verdict, detail) => {
    const { code, bad } = await doctor(broken, ENCRYPTED);
    const found = bad.filter((result) => result.diagnosis === diagnosis);
    expect(found).toMatchObject([{ verdict, detail: expect.stringMatching(detail) as unknown }]);
    expect(found[0]?.remedy).toMatch(/.{8}/);
    expect(code).toBe(bad.some((result) => result.verdict === 'fail') ? 1 : 0);
  });
});

test('our own certificate and key', async () => {
  const files = {
    ...ENCRYPTED,
    MUSTER_BROKER_CERT_FILE: '/c.pem',
    MUSTER_BROKER_KEY_FILE: '/k.pem',
  };
  const open = { path: at('/k.pem', { ...FOLDER, kind: 'file', mode: 0o644 }) };
  expect((await doctor(open, files)).bad).toMatchObject([
    { verdict: 'warn', remedy: 'chmod 600 /k.pem' },
  ]);
  const closed = { path: at('/k.pem', { ...FOLDER, kind: 'file', mode: 0o600 }) };
  const old = { certificateEnd: () => ({ ok: true, value: inDays(-1) }) as const };
  expect((await doctor({ ...old, ...closed }, files)).bad).toMatchObject([
    { verdict: 'fail', detail: '/c.pem: -1 days left' },
  ]);
  const gone = {
    path: (path: string) => (path === '/c.pem' ? Promise.resolve(undefined) : closed.path(path)),
  };
  expect((await doctor(gone, files)).bad).toMatchObject([{ verdict: 'fail' }]);
});

test('no systemd, no word about it', async () => {
  const { results } = await doctor({ path: at('/run/systemd/system', undefined) });
  expect(results.map(({ diagnosis }) => diagnosis)).not.toContain('service');
});

test('a configuration with mistakes is the first finding', async () => {
  const { code, results } = await doctor({}, { ...HOME, MUSTER_LINK_WINDOW: 'x' });
  expect(code).toBe(1);
  expect(results).toMatchObject([{ diagnosis: 'configuration', verdict: 'fail' }]);
});

test('a diagnosis that fails itself does not hide the others', async () => {
  const { code, bad } = await doctor({
    clockSynced: () => {
      throw new Error('broken');
    },
  });
  expect(code).toBe(1);
  expect(bad).toMatchObject([{ diagnosis: 'clock', detail: 'could not look: broken' }]);
});

test('the password goes to the broker and nowhere else', async () => {
  let seen: string | undefined;
  const env = { ...HOME, MUSTER_BROKER_USERNAME: 'me', MUSTER_BROKER_PASSWORD: 'hunter2' };
  const { results } = await doctor(
    {
      mqttConnect: (_, { password, clientId }) => {
        seen = password;
        expect(clientId).not.toBe('d');
        return Promise.resolve({ ok: true, value: 4 });
      },
    },
    env,
  );
  expect(seen).toBe('hunter2');
  expect(JSON.stringify(results)).not.toContain('hunter2');
});
