/** Programs and topics. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  alert,
  NO_LIMIT,
  NOW,
  notification,
  notifier,
  type Published,
  testPorts,
} from '../support/notifiers/notifications.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('a program', () => {
  const send = (script: string, more: Readonly<Record<string, unknown>> = {}, signal = NO_LIMIT) =>
    notifier('exec_configs', { command: ['/bin/sh', '-c', script], ...more }).send(
      notification(),
      signal,
    );

  it('gets the JSON on its input and nothing of our environment', async () => {
    await using folder = await tempFolder('exec');
    const file = join(folder.path, 'out');
    process.env['MUSTER_TEST_SECRET'] = 'x';
    const script = 'cat > "$OUT"; env > "$OUT.env"';
    expect(await send(script, { env: { OUT: file } })).toEqual({ ok: true, detail: 'exit code 0' });
    delete process.env['MUSTER_TEST_SECRET'];
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: '4' });
    const env = await readFile(`${file}.env`, 'utf8');
    expect(env).toContain('MUSTER_IDEMPOTENCY_KEY=key-1');
    expect(env).not.toContain('MUSTER_TEST_SECRET');
  });

  it('gets its arguments as they are, without a shell', async () => {
    await using folder = await tempFolder('exec');
    const file = join(folder.path, 'args');
    const program = join(folder.path, 'program');
    await writeFile(program, `#!/bin/sh\nprintf '%s|' "$@" > ${file}\n`, { mode: 0o755 });
    const argument = '$(touch x); "a b"';
    await notifier('exec_configs', { command: [program, argument, ''] }).send(
      notification(),
      NO_LIMIT,
    );
    expect(await readFile(file, 'utf8')).toBe(`${argument}||`);
  });

  it.each([
    ['exit 75', true, 'exit code 75'],
    ['echo full >&2; exit 1', false, 'exit code 1: full'],
    ['kill -9 $$', true, 'ended by a signal'],
  ])('%s: try again %s', async (script, retry, reason) => {
    expect(await send(script)).toEqual({ ok: false, retry, reason });
  });

  it('is ended with all that it started when its time is up', async () => {
    const outcome = await send('sleep 1000 & sleep 1000', { timeout: '50ms' });
    expect(outcome).toEqual({ ok: false, retry: true, reason: 'not done within 50 ms' });
  });

  it('that is not there is not tried again', async () => {
    const missing = notifier('exec_configs', { command: ['/no/such/program'] });
    expect(await missing.send(notification(), NO_LIMIT)).toEqual({
      ok: false,
      retry: false,
      reason: 'cannot be started: ENOENT',
    });
  });
});

describe('topics', () => {
  it('hold what fires and are cleared when it is over', async () => {
    const published: Published[] = [];
    const alerts = [
      alert({ instance: 'a', site: 'home' }),
      alert({ instance: 'b' }, { endsAt: NOW }),
      alert({ instance: 'c', site: 'Not/An/Id' }),
    ];
    const channel = notifier('mqtt_configs', {}, testPorts(published));
    expect(await channel.send(notification({ alerts }), NO_LIMIT)).toEqual({
      ok: true,
      detail: '3 published',
    });
    const parts = published.map(({ topic, payload, retain }) => [
      topic.replace(/[0-9a-f]{16}$/, '<fingerprint>'),
      payload !== '',
      retain,
    ]);
    expect(parts).toEqual([
      ['muster/v1/home/_collector/alert/<fingerprint>', true, true],
      ['muster/v1/_fleet/_collector/alert/<fingerprint>', false, true],
      ['muster/v1/_fleet/_collector/alert/<fingerprint>', true, true],
    ]);
    expect(JSON.parse(published[0]?.payload ?? '')).toMatchObject({
      version: 1,
      status: 'firing',
      labels: { instance: 'a', site: 'home' },
      startsAt: '2026-11-21T05:50:00Z',
    });
    expect(new Set(published.map(({ topic }) => topic)).size).toBe(3);
  });

  it('wait for a broker that is away', async () => {
    const ports = {
      ...testPorts(),
      publisher: { publish: () => Promise.reject(new Error('the broker is away')) },
    };
    expect(await notifier('mqtt_configs', {}, ports).send(notification(), NO_LIMIT)).toEqual({
      ok: false,
      retry: true,
      reason: 'the broker: the broker is away',
    });
  });
});
