/** The check `tcp` against real listeners, with TLS and without. */
import { createServer, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { tcpCheck } from '../../agent/checks/tcp.ts';
import { Authority } from '../support/checks/certificates.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { hasOpenssl } from '../support/notifiers/certificate.ts';
import { tempFolder } from '../support/temp-folder.ts';

let server: OpenSockets | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

async function listen(answer: (socket: Socket) => void = () => {}) {
  server = await OpenSockets.of(createServer(answer));
  return { host: '127.0.0.1', port: server.port };
}

describe('tcp', () => {
  it('is good when the port accepts, and hangs up', async () => {
    const place = await listen();
    const found = await runCheck(tcpCheck, { ...place, budget: '10s' });
    expect(found).toMatchObject({ state: 'ok', withinBudget: true });
    expect(found.text).toMatch(/^127\.0\.0\.1:\d+: connected in /);
    await server?.closed();
  });

  it('fails where nobody listens', async () => {
    const place = await listen();
    await server?.[Symbol.asyncDispose]();
    server = undefined;
    const found = await runCheck(tcpCheck, { ...place, budget: '1s' });
    expect(found).toMatchObject({ state: 'critical', withinBudget: false });
    expect(found.text).toContain('connection refused');
  });

  it('wants the banner, in however many pieces it comes', async () => {
    const place = await listen((socket) => {
      socket.write('220 ma');
      setTimeout(() => socket.write('il ready\r\n'), 5);
    });
    expect(await runCheck(tcpCheck, { ...place, expect: 'mail' })).toMatchObject({ state: 'ok' });
    expect(await runCheck(tcpCheck, { ...place, expectPattern: '^220 .* ready' })).toMatchObject({
      state: 'ok',
    });
    await server?.closed();
  });

  it('fails with another banner, which it shows on one line', async () => {
    const place = await listen((socket) => void socket.end('421 go\r\n\u001b[31maway'));
    const found = await runCheck(tcpCheck, { ...place, expect: '220' });
    expect(found.state).toBe('critical');
    expect(found.text).toMatch(/what it says does not contain "220": "421 go \[31maway"$/);
  });

  it('reads no more than it may', async () => {
    const place = await listen((socket) => void socket.write('x'.repeat(1_000_000)));
    const found = await runCheck(tcpCheck, { ...place, expect: 'y' });
    expect(found).toMatchObject({ state: 'critical' });
    expect(found.text.length).toBeLessThan(300);
    await server?.closed();
  });

  it('sends something first', async () => {
    const place = await listen((socket) => {
      socket.on('data', (piece) => void socket.end(`heard ${piece.toString()}`));
    });
    const found = await runCheck(tcpCheck, { ...place, send: 'PING\r\n', expect: 'heard PING' });
    expect(found.state).toBe('ok');
  });

  it('warns over its budget', async () => {
    const place = await listen((socket) => void setTimeout(() => socket.end('hello'), 30));
    const found = await runCheck(tcpCheck, { ...place, expect: 'hello', budget: '1ms' });
    expect(found).toMatchObject({ state: 'warning', withinBudget: false });
  });

  it('fails when it says nothing, and leaves nothing open', async () => {
    const place = await listen();
    const found = await runCheck(tcpCheck, { ...place, expect: 'hello' }, { timeoutMs: 100 });
    expect(found).toMatchObject({
      state: 'critical',
      text: expect.stringContaining('in time') as string,
    });
    await server?.closed();
  });

  it.skipIf(!hasOpenssl)('speaks TLS (skipped where openssl is missing)', async () => {
    await using folder = await tempFolder('mstr-tcp');
    const authority = new Authority(folder.path);
    const { cert, key } = authority.issue(30);
    server = await OpenSockets.of(createTls({ cert, key }, (socket) => void socket.end('hello')));
    const place = { host: 'localhost', port: server.port, expect: 'hello' };
    const tls = { caFile: 'ca.pem' };
    const found = await runCheck(tcpCheck, { ...place, tls }, { folder: folder.path });
    expect(found).toMatchObject({ state: 'ok', certificateEnd: expect.any(Number) as number });
    expect(await runCheck(tcpCheck, { ...place, tls: {} })).toMatchObject({
      state: 'critical',
      text: expect.stringContaining('its certificate is not trusted') as string,
    });
    await server.closed();
  });

  it.each([
    [{ port: 1 }, 'host: is needed'],
    [{ host: 'x' }, 'port: is needed'],
    [{ host: 'x', port: 70_000 }, 'port: must be at most 65535'],
    [{ host: 'x', port: 1, expectPattern: '[' }, 'expectPattern: '],
    [{ host: 'x', port: 1, budget: '1h' }, 'budget: must be at most 10m'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(tcpCheck, tree).join('\n')).toContain(message);
  });
});
