/** Whatever the moment at which its time is over: no probe leaves a connection open. */
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createProber } from '../../agent/io/probing/prober.ts';
import type { Prober } from '../../agent/ports/probing.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';

const host = '127.0.0.1';
const MOMENTS = 12;

const probes: Record<
  string,
  (prober: Prober, port: number, signal: AbortSignal) => Promise<object>
> = {
  connect: (prober, port, signal) =>
    prober.connect({ host, port, read: { maxBytes: 1, enough: () => false } }, signal),
  tls: (prober, port, signal) => prober.connect({ host, port, tls: { verify: true } }, signal),
  http: (prober, port, signal) => {
    const url = `http://${host}:${port}/`;
    const probe = { method: 'GET', url, headers: {}, tls: { verify: true }, maxBytes: 1 };
    return prober.http(probe, signal);
  },
  mqtt: (prober, port, signal) => prober.mqtt({ host, port, clientId: 'x' }, signal),
  redis: (prober, port, signal) => prober.redis({ host, port }, signal),
  postgres: (prober, port, signal) =>
    prober.postgres({ host, port, query: 'SELECT 1', timeoutMs: 1000 }, signal),
};

describe.each(Object.entries(probes))('%s', (_, probe) => {
  it('closes what it opened, aborted before, at once, and some turns later', async () => {
    await using server = await OpenSockets.of(createServer((socket) => void socket.resume()));
    const prober = createProber();
    for (let moment = -1; moment < MOMENTS; moment += 1) {
      const controller = new AbortController();
      if (moment < 0) controller.abort();
      const answer = probe(prober, server.port, controller.signal);
      for (let turns = 0; turns < moment; turns += 1) await turn();
      controller.abort();
      expect(await answer).toMatchObject({ ok: false, late: true, why: 'no answer in time' });
    }
    await server.closed();
  });
});
