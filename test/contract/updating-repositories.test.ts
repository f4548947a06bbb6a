/** Metadata over real HTTP: bounded in bytes and time, and only one way to be believed absent. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRepositories } from '../../agent/io/trust/repositories.ts';

/** Longer than a busy machine needs for anything here. */
const PATIENCE_MS = 20_000;

afterEach(() => void vi.useRealTimers());

async function served(listener: RequestListener, patienceMs = PATIENCE_MS) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const base = { director: `${own}director/press-1/`, release: `${own}releases/` };
  const { bring, time } = createRepositories({ base, minRate: () => 100, patienceMs });
  const never = new AbortController().signal;
  return {
    ...{ own, base, server },
    ask: (file: string, maxBytes = 64, signal = never) =>
      bring({ repository: 'release', file, maxBytes }, signal),
    time: (nonce: string) => time(nonce, never),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

describe('metadata over HTTP', () => {
  it('comes as it is, over redirections, from where it belongs', async () => {
    const asked: string[] = [];
    await using it = await served(({ url = '' }, response) => {
      asked.push(url);
      if (url.startsWith('/releases')) response.writeHead(307, { location: '/there' }).end();
      else response.end('{"a": 1}');
    });
    const found = await it.ask('1.a b.json');
    expect(found.kind === 'bytes' && Buffer.from(found.bytes).toString()).toBe('{"a": 1}');
    await it.time('ab'.repeat(8));
    expect(asked).toEqual([
      '/releases/metadata/1.a%20b.json',
      '/there',
      '/director/press-1/time?nonce=abababababababab',
    ]);
  });

  it('is absent by the word of the server alone', async () => {
    await using it = await served(({ url }, response) => {
      response.writeHead(Number(url?.split('/').at(-1))).end('no');
    });
    for (const status of ['404', '403', '410'])
      expect(await it.ask(status)).toEqual({ kind: 'absent' });
    for (const status of ['500', '503', '429', '400', '204'])
      expect(await it.ask(status)).toEqual({ kind: 'unanswered' });
  });

  it('is not read beyond what was allowed, however the server says it', async () => {
    await using it = await served(({ url }, response) => {
      if (url?.endsWith('endless') !== true) return response.end('x'.repeat(64));
      const more = () => {
        while (response.write('x'.repeat(1000)));
        response.once('drain', more);
      };
      return more();
    });
    expect((await it.ask('exact')).kind).toBe('bytes');
    expect(await it.ask('exact', 63)).toEqual({ kind: 'too-long' });
    expect(await it.ask('endless')).toEqual({ kind: 'too-long' });
  });

  it('is left when it comes too slowly', async () => {
    await using it = await served((_, response) => {
      response.writeHead(200).write('x');
    });
    // The silence that is no answer goes by the network's clock, the pace by this one.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const asking = it.ask('slow');
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(2 * PATIENCE_MS);
    expect(await asking).toEqual({ kind: 'too-slow' });
  });

  it('is left when it is cut, or does not come', async () => {
    await using it = await served((request, response) => {
      if (request.url?.endsWith('cut') !== true) return;
      response.writeHead(200, { 'content-length': 50 }).write('half');
      response.flushHeaders();
      setImmediate(() => request.socket.destroy());
    }, 200);
    expect(await it.ask('cut')).toEqual({ kind: 'unanswered' });
    expect(await it.ask('mute')).toEqual({ kind: 'unanswered' });
    it.server.close();
    it.server.closeAllConnections();
    expect(await it.ask('gone')).toEqual({ kind: 'unanswered' });
  });

  it('stops at once when it is told to', async () => {
    await using it = await served(() => undefined);
    const stop = new AbortController();
    const asking = it.ask('mute', 64, stop.signal);
    stop.abort();
    await expect(asking).rejects.toThrow('aborted');
  });
});
