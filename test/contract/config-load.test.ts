/** The loaders of both programs over real files. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAgentConfig, loadAgentConfig, reloadAgentConfig } from '../../agent/config.ts';
import { loadCollectorConfig, reloadCollectorConfig } from '../../collector/config.ts';
import { formatProblem } from '../../protocol/config/problem.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function file(text: string | Uint8Array) {
  const folder = await tempFolder('config');
  const path = join(folder.path, 'a.yaml');
  await writeFile(path, text);
  return { path, folder: folder.path, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

async function problems(text: string | Uint8Array, env = {}) {
  await using written = await file(text);
  const loaded = await loadAgentConfig(written.path, env);
  if (loaded.ok) return [];
  return loaded.problems.map((problem) => formatProblem(problem, 'a.yaml'));
}

describe('agent', () => {
  test('runs without a file', async () => {
    const loaded = await loadAgentConfig(undefined, {});
    expect(loaded).toMatchObject({
      ok: true,
      warnings: expect.any(Array) as unknown,
      config: {
        site: 'default',
        device: expect.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/) as unknown,
        broker: { url: 'mqtt://127.0.0.1:1883', keepalive: 60_000 },
        buffer: { cap: 67_108_864, syncInterval: 30_000, writeDelay: 2_000 },
        samplers: { cpu: { enabled: true, interval: 10_000, timeout: 1000 } },
      },
    });
  });

  test('names every problem with its line', async () => {
    const text = [
      'sitte: home',
      'samplers:',
      '  cpu:',
      '    intervall: 5s',
      '    interval: 5',
      'link: {window: 0}',
      'publish:',
      '  batch: {a: 1}',
    ].join('\n');
    expect(await problems(text)).toEqual([
      'a.yaml:1: sitte: no such key; did you mean site?',
      'a.yaml:4: samplers.cpu.intervall: no such key; did you mean interval?',
      'a.yaml:5: samplers.cpu.interval: must be a duration such as 10s, 5m, 1h or 2d, not 5; write the unit, e.g. 5s',
      'a.yaml:6: link.window: must be at least 1, not 0',
      'a.yaml:8: publish.batch: must be a duration such as 10s, 5m, 1h or 2d, not a group of keys',
    ]);
  });

  test.each([
    ['a: [1', /^a\.yaml:1: unexpected end/],
    ['site: a\nsite: b', /^a\.yaml:2: duplicated mapping key/],
    ['site: !custom a', /^a\.yaml:1: unknown scalar tag/],
    ['site: a\n---\nsite: b', /one document/],
    ['- a', /must hold keys and values/],
    ['just words', /must hold keys and values/],
    [`${'{a: '.repeat(500)}`, /maxDepth/],
    [new Uint8Array(300_000).fill(0x20), /is over 262144 bytes/],
  ])('what is no configuration is refused: %#', async (text, expected) => {
    const found = await problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test.each(['', '# only a comment\n', '---\n', 'site:\n'])('%j is an empty file', async (text) => {
    expect(await problems(text)).toEqual([]);
  });

  test('a missing file and a folder are told apart', async () => {
    await using written = await file('');
    const of = async (path: string) => {
      const loaded = await loadAgentConfig(path, {});
      return loaded.ok ? '' : loaded.problems[0]?.message;
    };
    expect(await of(join(written.folder, 'no.yaml'))).toContain('does not exist');
    expect(await of(written.folder)).toContain('is a folder');
  });

  test('a problem in the environment names its variable', async () => {
    expect(await problems('', { MUSTER_LINK_WINDOW: 'many' })).toEqual([
      'MUSTER_LINK_WINDOW: link.window: must be a whole number, not "many"',
    ]);
  });

  test('keys that do not go together', async () => {
    expect(
      await problems(
        'broker: {url: "mqtt://a", certFile: x, passwordFile: y}\nlink: {backoff: {min: 10m}}',
      ),
    ).toEqual([
      expect.stringContaining('broker.passwordFile: MQTT sends no password without a name'),
      expect.stringContaining('broker.certFile: needs broker.keyFile beside it'),
      expect.stringContaining('broker.certFile: means nothing with mqtt://a'),
      expect.stringMatching(/:1: broker.passwordFile: .*y does not exist/),
      expect.stringContaining('link.backoff.min: must not be above link.backoff.max'),
    ]);
  });

  test('the password comes from a file beside it, or from the environment over it', async () => {
    await using written = await file('broker: {username: me, passwordFile: secret}');
    await writeFile(join(written.folder, 'secret'), 'from-file\nand more');
    await chmod(join(written.folder, 'secret'), 0o600);
    const password = async (env: Record<string, string>) => {
      const loaded = await loadAgentConfig(written.path, env);
      expect(JSON.stringify(loaded)).not.toMatch(
        env['MUSTER_BROKER_PASSWORD'] ? /from-file/ : /from-/,
      );
      return loaded.ok ? loaded.config.broker.password?.reveal() : loaded.problems;
    };
    expect(await password({})).toBe('from-file');
    expect(await password({ MUSTER_BROKER_PASSWORD: 'from-env' })).toBe('from-env');
  });

  test('relative paths start at the file', async () => {
    await using written = await file('data: here\nbroker: {url: "mqtts://a", caFile: ca.pem}');
    const loaded = await loadAgentConfig(written.path, {});
    expect(loaded).toMatchObject({
      config: {
        data: join(written.folder, 'here'),
        broker: { caFile: join(written.folder, 'ca.pem') },
      },
    });
  });

  test('the door is in the runtime folder of a service', async () => {
    const loaded = await loadAgentConfig(undefined, { RUNTIME_DIRECTORY: '/run/muster' });
    expect(loaded).toMatchObject({ config: { socket: { path: '/run/muster/agent.sock' } } });
  });

  test('a profile sets what nobody wrote', async () => {
    const guest = async (text: string) => {
      await using written = await file(text);
      const loaded = await loadAgentConfig(written.path, {});
      return loaded.ok ? loaded.config.samplers['cpu'] : loaded.problems;
    };
    expect(await guest('')).toMatchObject({ options: {} });
    expect(await guest('sampling: {profile: full}')).toMatchObject({ options: { guest: true } });
    expect(
      await guest('sampling: {profile: full, interval: 30s}\nsamplers: {cpu: {guest: false}}'),
    ).toMatchObject({ interval: 30_000, options: { guest: false } });
    expect(await guest('samplers: {cpu: {enabled: false}}')).toMatchObject({ enabled: false });
  });

  test('a reload tells what changed and what waits for a restart', async () => {
    await using written = await file('site: a\nsampling: {interval: 10s}');
    const first = await loadAgentConfig(written.path, {});
    if (!first.ok) throw new Error('not loaded');
    await writeFile(written.path, 'site: b\nsampling: {interval: 20s}\nlabels: {line: "4"}');
    const second = await reloadAgentConfig(first.config, written.path, {});
    expect(second.ok && second.changes.filter(({ path }) => !path.startsWith('samplers.'))).toEqual(
      [
        { path: 'site', restart: true },
        { path: 'labels.line', restart: false },
        { path: 'sampling.interval', restart: false },
      ],
    );
    expect(second.ok && second.changes.some(({ path }) => path === 'samplers.cpu.interval')).toBe(
      true,
    );
    await writeFile(written.path, 'site: B');
    expect(await reloadAgentConfig(first.config, written.path, {})).toMatchObject({ ok: false });
  });

  test('a named file goes before the variable, and that before the usual place', async () => {
    expect(await findAgentConfig('a', { MUSTER_CONFIG: 'b' })).toBe('a');
    expect(await findAgentConfig(undefined, { MUSTER_CONFIG: 'b' })).toBe('b');
  });
});

describe('collector', () => {
  async function load(text: string, env = {}) {
    await using written = await file(text);
    return await loadCollectorConfig(written.path, env);
  }

  test('runs without a file, on loopback', async () => {
    expect(await loadCollectorConfig(undefined, {})).toMatchObject({
      ok: true,
      warnings: [],
      config: {
        http: { listen: { host: '127.0.0.1', port: 8080 } },
        bus: { kind: 'embedded', listen: { host: '127.0.0.1', port: 1883 } },
        store: { retention: { raw: 15 * 86_400_000 } },
        insecure: false,
      },
    });
  });

  test.each([
    'http: {listen: "0.0.0.0:8080"}',
    'mqtt: {listen: "[::]:1883"}',
    'mqtt: {listen: "10.0.0.1:8883", tls: {certFile: a, keyFile: b}}',
  ])('does not open to the network by accident: %s', async (text) => {
    const refused = await load(text);
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'insecure', line: 1 }] });
    expect(await load(`${text}\ninsecure: true`)).toMatchObject({ ok: true });
    expect(await load(text, { MUSTER_INSECURE: 'true' })).toMatchObject({ ok: true });
  });

  test('an external broker instead of the built-in one, not beside it', async () => {
    expect(await load('broker: {url: "mqtt://b:1883"}')).toMatchObject({
      config: { bus: { kind: 'external', url: 'mqtt://b:1883' } },
    });
    expect(await load('broker: {url: "mqtt://b"}\nmqtt: {listen: "127.0.0.1:1"}')).toMatchObject({
      problems: [{ code: 'conflict', path: 'mqtt', line: 2 }],
    });
    expect(await load('broker: {username: me}')).toMatchObject({
      problems: [{ code: 'missing', path: 'broker.url' }],
    });
  });

  test('rollups outlive what they are made of', async () => {
    expect(await load('store: {retention: {raw: 100d}}')).toMatchObject({
      problems: [{ code: 'out-of-range', path: 'store.retention.1m' }],
    });
  });

  test('a reload tells what changed', async () => {
    await using written = await file('');
    const first = await loadCollectorConfig(written.path, {});
    if (!first.ok) throw new Error('not loaded');
    await mkdir(join(written.folder, 'x'), { recursive: true });
    await writeFile(written.path, 'http: {listen: "127.0.0.1:8081"}\nbroker: {url: "mqtt://b"}');
    const second = await reloadCollectorConfig(first.config, written.path, {});
    expect(second.ok && second.changes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['http.listen', 'mqtt.listen', 'broker.url']),
    );
    expect(second.ok && second.changes.every(({ restart }) => restart)).toBe(true);
  });
});
