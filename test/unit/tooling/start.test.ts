import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareConfig } from '../../../scripts/start/config.mjs';
import { isQuiet } from '../../../scripts/start/log.mjs';
import { portProblem } from '../../../scripts/start/ports.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('configuration of npm start', () => {
  test('is written with the default ports', async () => {
    const setup = await prepareConfig(folder, { HOME: '/root' });
    expect(setup.http).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(setup.mqtt).toEqual({ host: '127.0.0.1', port: 1883 });
    expect(setup.agent.env).toEqual({ HOME: '/root' });
    expect(readFileSync(setup.agent.file, 'utf8')).toContain('url: mqtt://127.0.0.1:1883');
  });

  test('is not overwritten; the environment goes over it for one run', async () => {
    const mine = 'data: collector\nhttp:\n  listen: 127.0.0.1:9000\n';
    writeFileSync(join(folder, 'collector.yaml'), mine);
    const setup = await prepareConfig(folder, { MUSTER_MQTT_PORT: '1999' });
    expect(readFileSync(setup.collector.file, 'utf8')).toBe(mine);
    expect(setup.http.port).toBe(9000);
    expect(setup.mqtt?.port).toBe(1999);
    expect(setup.collector.env).toEqual({ MUSTER_MQTT_LISTEN: '127.0.0.1:1999' });
    expect(setup.agent.env).toEqual({ MUSTER_BROKER_URL: 'mqtt://127.0.0.1:1999' });
  });

  test('refuses what is no port', async () => {
    await expect(prepareConfig(folder, { MUSTER_HTTP_PORT: '80a' })).rejects.toThrow(/80a/);
  });
});

test('a taken port is named with its holder and the way out', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const problem = await portProblem('HTTP', 'MUSTER_HTTP_PORT', { host: '127.0.0.1', port });
  server.close();
  expect(problem).toContain(`Port ${port} (HTTP) on 127.0.0.1 is taken by pid ${process.pid}`);
  expect(problem).toContain('MUSTER_HTTP_PORT=');
});

test('shows warnings and whatever has no level', () => {
  expect(isQuiet('time=1 level=info msg="connected"')).toBe(true);
  expect(isQuiet('{"level":"debug","msg":"x"}')).toBe(true);
  expect(isQuiet('time=1 level=warn msg="slow"')).toBe(false);
  expect(isQuiet('    at main (main.js:1:1)')).toBe(false);
});
