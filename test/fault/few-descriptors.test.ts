/** A collector without a file descriptor left: it lives, answers whom it has, and recovers by itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadCollectorConfig } from '../../collector/config.ts';
import { contentOf } from '../support/fault/collector-content.ts';
import { CollectorFleet, DEVICES } from '../support/fault/collector-fleet.ts';
import { freePort } from '../support/free-port.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROGRAM = join(import.meta.dirname, '../support/pipeline/collector-under-test.ts');
const DESCRIPTORS = 160;
const CELLS = DEVICES.length * 6 * 10;

async function start(data: string, http: number, mqtt: number): Promise<ChildProcess> {
  const loaded = await loadCollectorConfig(undefined, {
    MUSTER_DATA: data,
    MUSTER_HTTP_LISTEN: `127.0.0.1:${http}`,
    MUSTER_MQTT_LISTEN: `127.0.0.1:${mqtt}`,
  });
  if (!loaded.ok) throw new Error('the configuration is refused');
  const command = `ulimit -n ${DESCRIPTORS}; exec "$0" --import tsx "$1" "$2"`;
  const args = ['-c', command, process.execPath, PROGRAM, JSON.stringify(loaded.config)];
  const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout?.setEncoding('utf8');
  for await (const chunk of child.stdout as AsyncIterable<string>)
    if (chunk.includes('started')) break;
  return child;
}

async function soon<T>(action: () => Promise<T | undefined>): Promise<T> {
  for (let look = 0; look < 500; look++) {
    const found = await action().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never came');
}

it('keeps what it has and takes more when descriptors come free', async () => {
  await using folder = await tempFolder('descriptors');
  const [http, mqtt] = [await freePort(), await freePort()];
  const child = await start(join(folder.path, 'data'), http, mqtt);
  const ended = once(child, 'exit');
  const page = `http://127.0.0.1:${http}`;
  const fleet = await CollectorFleet.connect(`mqtt://127.0.0.1:${mqtt}`, 1);
  const from = Date.now() - 3_600_000;
  await fleet.batch(from, 10, 1_000);
  const idle: Socket[] = [];
  for (let n = 0; n < DESCRIPTORS; n++) {
    const socket = connect(mqtt, '127.0.0.1');
    socket.on('error', () => undefined);
    idle.push(socket);
  }
  // Devices that have a connection go on meanwhile.
  await fleet.batch(from + 600_000, 10, 1_000);
  expect(child.exitCode).toBeNull();
  for (const socket of idle) socket.destroy();
  await soon(async () => ((await contentOf(page)).samples.size >= 2 * CELLS ? true : undefined));
  const again = await soon(() => CollectorFleet.connect(`mqtt://127.0.0.1:${mqtt}`, 3));
  await again.batch(from + 1_200_000, 10, 1_000);
  await soon(async () => ((await contentOf(page)).samples.size === 3 * CELLS ? true : undefined));
  await again.end();
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});
