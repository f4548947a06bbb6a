/** The door of the agent, and what the doctor sees of the network: real sockets. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { openLocalDoor } from '../../agent/io/local-door.ts';
import { askLocalDoor } from '../../agent/io/local-door-client.ts';
import { connectPacket } from '../../agent/io/mqtt-hello.ts';
import { openWorld } from '../../agent/io/world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const STATUS = { '/status': () => ({}) };

describe('local door', () => {
  test('answers with the status, to its group alone', async () => {
    await using folder = await tempFolder('door');
    const path = join(folder.path, 'run', 'agent.sock');
    const door = await openLocalDoor(path, { '/status': () => ({ version: '1' }) });
    expect(await askLocalDoor(path)).toEqual({ ok: true, value: { version: '1' } });
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    await door.close();
    expect(await askLocalDoor(path)).toEqual({ ok: false, why: 'not there' });
  });

  test('a socket that a killed agent left is taken over, one in use is not', async () => {
    await using folder = await tempFolder('door');
    const path = join(folder.path, 'agent.sock');
    const dead = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', dead]);
    expect(await askLocalDoor(path)).toEqual({ ok: false, why: 'nobody listens' });
    const door = await openLocalDoor(path, STATUS);
    await expect(openLocalDoor(path, STATUS)).rejects.toThrow('another agent');
    await door.close();
  });

  test('only one question is answered', async () => {
    await using folder = await tempFolder('door');
    const path = join(folder.path, 'agent.sock');
    const door = await openLocalDoor(path, STATUS);
    const { get } = await import('node:http');
    const status = (url: string, method: string) =>
      new Promise((resolve) => {
        get({ socketPath: path, path: url, method, agent: false }, ({ statusCode }) =>
          resolve(statusCode),
        ).end();
      });
    expect(await status('/', 'GET')).toBe(404);
    expect(await status('/status', 'POST')).toBe(405);
    const endless = connect(path).on('error', () => undefined);
    endless.write(`GET /status HTTP/1.1\r\nx: ${'x'.repeat(9000)}`);
    await once(endless, 'close');
    await door.close();
  });

  test('a table of questions: whole paths, names in a folder, HEAD, and what fails', async () => {
    await using folder = await tempFolder('door');
    const path = join(folder.path, 'agent.sock');
    const flags = new Map([['a b', 1]]);
    const door = await openLocalDoor(path, {
      '/flags': () => Object.fromEntries(flags),
      '/flags/': (name) => flags.get(name),
      '/broken': () => {
        throw new Error('not today');
      },
    });
    const { request } = await import('node:http');
    const ask = (url: string, method = 'GET') =>
      new Promise<readonly [number | undefined, string, string | undefined]>((resolve, reject) => {
        const asking = request(
          { socketPath: path, path: url, method, agent: false },
          (response) => {
            let text = '';
            response.on('data', (part: Buffer) => {
              text += part.toString();
            });
            const { statusCode, headers } = response;
            response.on('end', () =>
              resolve([statusCode, text.trim(), headers['content-length'] ?? headers.allow]),
            );
          },
        );
        asking.on('error', reject).end();
      });
    expect(await ask('/flags?x=1')).toEqual([200, '{"a b":1}', '10']);
    expect(await ask('/flags', 'HEAD')).toEqual([200, '', '10']);
    expect(await ask('/flags/a%20b')).toEqual([200, '1', '2']);
    for (const url of [
      '/flags/',
      '/flags/c',
      '/',
      '/nothing',
      '/flags/a/b',
      '/flags/%',
      '/toString',
    ]) {
      expect((await ask(url))[0]).toBe(404);
    }
    expect((await ask('/flags', 'DELETE'))[0]).toBe(405);
    expect((await ask('/broken'))[0]).toBe(500);
    await door.close();
  });

  test('a path that the kernel would cut is refused', async () => {
    await expect(openLocalDoor(`/${'x'.repeat(120)}`, STATUS)).rejects.toThrow('103 bytes');
  });
});

describe('a broker', () => {
  const world = openWorld();
  const login = { clientId: 'doctor', username: 'me', password: 'pw' };

  test('is greeted in MQTT 3.1.1', async () => {
    const greetings: Buffer[] = [];
    await using server = await serving(createServer(), (socket) => {
      socket.once('data', (bytes) => {
        greetings.push(bytes);
        socket.write(Uint8Array.of(0x20, 2, 0, 4));
      });
    });
    expect(await world.connect(server)).toMatchObject({ ok: true });
    expect(await world.mqttConnect(server, login)).toEqual({ ok: true, value: 4 });
    expect(greetings[0]?.toString('latin1')).toBe(
      '\x10\x1a\x00\x04MQTT\x04\xc2\x00\x1e\x00\x06doctor\x00\x02me\x00\x02pw',
    );
  });

  test('a long name takes a longer length', () => {
    const packet = connectPacket({ clientId: 'x'.repeat(200) });
    expect([...packet.subarray(0, 3)]).toEqual([0x10, 0xd4, 0x01]);
    expect(packet.length).toBe(3 + 212);
  });

  test.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'the answer is not MQTT'],
    ['silence', '', 'it hung up'],
  ])('%s is no broker', async (_, answer, why) => {
    await using server = await serving(createServer(), (socket) => {
      socket.once('data', () => socket.end(answer));
    });
    expect(await world.mqttConnect(server, login)).toEqual({ ok: false, why });
  });

  test('nobody there', async () => {
    const server = await serving(createServer(), () => undefined);
    await server[Symbol.asyncDispose]();
    expect(await world.connect(server)).toMatchObject({
      ok: false,
      why: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;

describe.skipIf(!hasOpenssl)(`TLS${hasOpenssl ? '' : ' (skipped: no openssl)'}`, () => {
  test('is described, and distrusted unless its authority is named', async () => {
    await using folder = await tempFolder('tls');
    const [cert, key] = [join(folder.path, 'c.pem'), join(folder.path, 'k.pem')];
    const made =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=broker -addext subjectAltName=IP:127.0.0.1';
    spawnSync('openssl', [...made.split(' '), '-keyout', key, '-out', cert]);
    const pem = readFileSync(cert, 'utf8');
    const options = { cert: pem, key: readFileSync(key) };
    await using server = await serving(
      createTlsServer(options),
      () => undefined,
      'secureConnection',
    );
    const world = openWorld();
    expect(await world.tls(server, {})).toMatchObject({
      ok: true,
      value: { subject: 'broker', distrust: expect.stringMatching(/SELF_SIGNED/) as unknown },
    });
    const trusted = await world.tls(server, { ca: pem });
    expect(trusted.ok && trusted.value.distrust).toBeUndefined();
    const end = world.certificateEnd(pem);
    expect(end.ok && trusted.ok && end.value === trusted.value.validTo).toBe(true);
    expect(world.certificateEnd('nonsense')).toMatchObject({ ok: false });
  });
});

test('files and commands', async () => {
  await using folder = await tempFolder('world');
  const path = join(folder.path, 'f');
  await writeFile(path, 'x', { mode: 0o640 });
  const world = openWorld();
  expect(await world.path(path)).toEqual({
    kind: 'file',
    readable: true,
    writable: true,
    mode: 0o640,
    ownedByMe: true,
  });
  expect(await world.path(`${path}x`)).toBeUndefined();
  expect(await world.list(folder.path)).toEqual(['f']);
  expect(await world.read(`${path}x`)).toBeUndefined();
  expect(await world.freeBytes(folder.path)).toBeGreaterThan(0);
  expect(await world.command('sh', ['-c', 'echo out; exit 3'])).toEqual({
    ok: true,
    value: 'out\n',
  });
  expect(await world.command('no-such-command', [])).toMatchObject({ ok: false });
  expect(await world.lookup('localhost')).toMatchObject({ ok: true });
});

async function serving(server: Server, accept: (socket: Socket) => void, event = 'connection') {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on(event, accept);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: '127.0.0.1',
    port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
