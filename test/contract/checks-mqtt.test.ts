/** The check `mqtt` against a real broker (aedes), and against such that misbehave. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { Aedes, type AuthenticateError } from 'aedes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mqttCheck } from '../../agent/checks/mqtt.ts';
import { Authority } from '../support/checks/certificates.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { hasOpenssl } from '../support/notifiers/certificate.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const host = '127.0.0.1';
const PASSWORD = 'open sesame';

describe('mqtt', () => {
  let folder: TempFolder;
  let broker: Aedes;
  let server: OpenSockets | undefined;
  const clients: string[] = [];

  beforeAll(async () => {
    folder = await tempFolder('mstr-mqtt');
    broker = await Aedes.createBroker();
    broker.authenticate = (client, username, password, done) => {
      clients.push(client.id);
      const isKnown = username === undefined || password?.toString() === PASSWORD;
      const refusal = Object.assign(new Error('no'), { returnCode: 4 }) as AuthenticateError;
      done(isKnown ? null : refusal, isKnown);
    };
    broker.authorizeSubscribe = (_, subscription, done) => {
      done(null, subscription.topic.startsWith('forbidden') ? null : subscription);
    };
  });
  afterAll(async () => {
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    await folder[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
    clients.length = 0;
  });

  async function start(): Promise<number> {
    server = await OpenSockets.of(createServer((socket) => void broker.handle(socket)));
    return server.port;
  }

  async function serve(answer: (socket: Socket) => void): Promise<number> {
    server = await OpenSockets.of(createServer(answer));
    return server.port;
  }

  const secretFile = (text: string) => {
    const path = join(folder.path, 'secret');
    writeFileSync(path, text);
    return path;
  };

  it('is good when the broker lets it in, and leaves', async () => {
    const port = await start();
    const found = await runCheck(mqttCheck, { host, port, budget: '10s' });
    expect(found).toMatchObject({ state: 'ok', withinBudget: true });
    expect(found.text).toMatch(/^127\.0\.0\.1:\d+: login in /);
    expect(clients[0]).toMatch(/^muster-check-[0-9a-f]{8}$/);
    await server?.closed();
  });

  it('gets back what it publishes, and leaves', async () => {
    const port = await start();
    const found = await runCheck(mqttCheck, { host, port, topic: 'site/echo' });
    expect(found).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('site/echo and back in') as string,
    });
    expect(found.figures?.map(({ name }) => name)).toEqual(['login', 'round_trip']);
    await server?.closed();
  });

  it('logs in with a password from a file, as the client that it is told', async () => {
    const port = await start();
    const passwordFile = secretFile(`${PASSWORD}\n`);
    const login = { host, port, username: 'me', passwordFile, clientId: 'checker' };
    expect(await runCheck(mqttCheck, login)).toMatchObject({ state: 'ok' });
    expect(clients).toEqual(['checker']);
    secretFile('wrong one');
    const found = await runCheck(mqttCheck, login);
    expect(found).toMatchObject({ state: 'critical' });
    expect(found.text).toContain('user name or password is wrong');
    expect(found.text).not.toContain('wrong one');
    await server?.closed();
  });

  it('fails when it may not subscribe', async () => {
    const port = await start();
    const found = await runCheck(mqttCheck, { host, port, topic: 'forbidden/x' });
    expect(found).toMatchObject({ state: 'critical' });
    expect(found.text).toContain('refused the subscription to forbidden/x');
    await server?.closed();
  });

  it('warns over its budget', async () => {
    const port = await serve((socket) => {
      setTimeout(() => void broker.handle(socket), 30);
    });
    const found = await runCheck(mqttCheck, { host, port, budget: '1ms' });
    expect(found).toMatchObject({ state: 'warning', withinBudget: false });
  });

  it.each([
    ['says nothing', () => {}, /no answer in time/],
    ['hangs up', (socket: Socket) => void socket.destroy(), /reset|closed/],
    ['is no broker', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad\r\n\r\n'), /./],
    [
      'brings nothing back',
      (socket: Socket) => {
        socket.once('data', () => {
          socket.write(Buffer.of(0x20, 2, 0, 0));
          socket.once('data', (subscribe: Buffer) => {
            socket.write(Buffer.of(0x90, 3, subscribe[2] ?? 0, subscribe[3] ?? 0, 1));
          });
        });
      },
      /no answer in time/,
    ],
  ])('fails when the server %s, and leaves nothing open', async (_, answer, text) => {
    const port = await serve(answer);
    const options = { host, port, topic: 'a/b', budget: '1ms' };
    // Where something answers, that is to be heard first.
    const timeoutMs = text.source.includes('closed') ? 20_000 : 200;
    const found = await runCheck(mqttCheck, options, { timeoutMs });
    expect(found).toMatchObject({ state: 'critical', withinBudget: false });
    expect(found.text).toMatch(text);
    await server?.closed();
  });

  it.skipIf(!hasOpenssl)('speaks TLS (skipped where openssl is missing)', async () => {
    const authority = new Authority(folder.path);
    const { cert, key } = authority.issue(30);
    const secure = createTls({ cert, key }, (socket) => void broker.handle(socket));
    server = await OpenSockets.of(secure);
    const place = { host: 'localhost', port: server.port, topic: 'a/b' };
    const found = await runCheck(mqttCheck, { ...place, tls: { caFile: authority.caFile } });
    expect(found).toMatchObject({ state: 'ok', certificateEnd: expect.any(Number) as number });
    expect(await runCheck(mqttCheck, { ...place, tls: {} })).toMatchObject({ state: 'critical' });
    await server.closed();
  });

  /** What a broker heard until we hung up. */
  async function heardBy(listen: (accept: (socket: Socket) => void) => Server, tls?: object) {
    const heard: Buffer[] = [];
    let hungUp = () => {};
    const over = new Promise<void>((resolve) => {
      hungUp = resolve;
    });
    server = await OpenSockets.of(
      listen((socket) => {
        socket.once('data', () => void socket.write(Buffer.of(0x20, 2, 0, 0)));
        socket.on('data', (bytes: Buffer) => void heard.push(bytes));
        socket.on('close', () => hungUp());
      }),
    );
    const found = await runCheck(mqttCheck, { host, port: server.port, ...tls });
    expect(found.state).toBe('ok');
    await over;
    return Buffer.concat(heard);
  }
  const GOOD_BYE = Buffer.of(0xe0, 0);

  it('says good-bye before it hangs up', async () => {
    const heard = await heardBy(createServer);
    expect(heard.subarray(-2)).toEqual(GOOD_BYE);
  });

  it.skipIf(!hasOpenssl)('and over TLS, too (skipped where openssl is missing)', async () => {
    const { cert, key } = new Authority(folder.path).issue(30);
    const heard = await heardBy((accept) => createTls({ cert, key }, accept), {
      tls: { verify: false },
    });
    expect(heard.subarray(-2)).toEqual(GOOD_BYE);
  });

  it.each([
    [{}, 'host: is needed'],
    [{ host, topic: 'a/+/b' }, 'topic: '],
    [{ host, topic: '$SYS/x' }, 'topic: must not start with $'],
    [{ host, passwordFile: 'x' }, 'username: is needed with passwordFile'],
    [{ host, password: 'x' }, 'password: no such key'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(mqttCheck, tree).join('\n')).toContain(message);
  });
});
