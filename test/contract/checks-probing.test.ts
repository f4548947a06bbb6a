/** Whatever the moment at which its time is over, no probe leaves a connection open; and none hears another's answer. */
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CheckWorld, Sight } from '../../agent/checks/check.ts';
import { createProber } from '../../agent/io/probing/prober.ts';
import type { Ending, Prober } from '../../agent/ports/probing.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';

const host = '127.0.0.1';
const MOMENTS = 12;

const probes: Record<string, (prober: Prober, port: number, ending: Ending) => Promise<object>> = {
  connect: (prober, port, ending) =>
    prober.connect({ host, port, read: { maxBytes: 1, enough: () => false } }, ending),
  tls: (prober, port, ending) => prober.connect({ host, port, tls: { verify: true } }, ending),
  http: (prober, port, ending) => {
    const url = `http://${host}:${port}/`;
    const probe = { method: 'GET', url, headers: {}, tls: { verify: true }, maxBytes: 1 };
    return prober.http(probe, ending);
  },
  mqtt: (prober, port, ending) => prober.mqtt({ host, port, clientId: 'x' }, ending),
  redis: (prober, port, ending) => prober.redis({ host, port }, ending),
  postgres: (prober, port, ending) =>
    prober.postgres({ host, port, query: 'SELECT 1', timeoutMs: 1000 }, ending),
};

describe.each(Object.entries(probes))('%s', (_, probe) => {
  it('closes what it opened, aborted before, at once, and some turns later', async () => {
    await using server = await OpenSockets.of(createServer((socket) => void socket.resume()));
    const prober = createProber();
    for (let moment = -1; moment < MOMENTS; moment += 1) {
      const ending = new Sight({} as CheckWorld, 0, new Map());
      if (moment < 0) ending.end();
      const answer = probe(prober, server.port, ending);
      for (let turns = 0; turns < moment; turns += 1) await turn();
      ending.end();
      expect(await answer).toMatchObject({ ok: false, late: true, why: 'no answer in time' });
    }
    await server.closed();
  });
});

it('answers that come piece by piece at the same time are not mixed', async () => {
  const prober = createProber();
  const ask = async (name: string) => {
    await using server = await OpenSockets.of(
      createServer((socket) => {
        const answer = `HTTP/1.1 200 OK\r\nx-name: ${name}\r\ncontent-length: 40\r\n\r\n${name.repeat(20)}`;
        const pieces = answer.match(/.{1,7}/gs) ?? [];
        const next = () => {
          const piece = pieces.shift();
          if (piece !== undefined) socket.write(piece, () => setImmediate(next));
        };
        socket.setNoDelay(true);
        socket.on('error', () => undefined);
        next();
      }),
    );
    const ending = new Sight({} as CheckWorld, 0, new Map());
    const url = `http://${host}:${server.port}/`;
    const probe = { method: 'GET', url, headers: {}, tls: { verify: true }, maxBytes: 100 };
    const answer = await prober.http(probe, ending);
    expect(answer).toMatchObject({ ok: true, body: name.repeat(20), headers: { 'x-name': name } });
  };
  await Promise.all(['ab', 'cd', 'ef', 'gh'].map(ask));
});
