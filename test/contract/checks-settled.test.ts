/**
 * A probe that is through does nothing more. What settles a promise a second time is an error made for
 * nobody, at each run of each check.
 */
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type CheckWorld, Sight } from '../../agent/checks/check.ts';
import { createProber } from '../../agent/io/probing/prober.ts';
import type { Ending } from '../../agent/ports/probing.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';

const host = '127.0.0.1';
const prober = createProber();

/** How often a promise was settled that had been settled before. */
async function settledAgain(work: () => Promise<unknown>): Promise<number> {
  let times = 0;
  const note = () => {
    times += 1;
  };
  process.on('multipleResolves', note);
  await work();
  await turn();
  process.off('multipleResolves', note);
  return times;
}

it('the test sees a promise that is settled twice', async () => {
  const twice = () =>
    new Promise<void>((resolve) => {
      resolve();
      resolve();
    });
  expect(await settledAgain(twice)).toBe(1);
});

const answers = (line: string) =>
  createTcpServer((socket) => socket.on('data', () => void socket.write(line)));
const read = { maxBytes: 100, enough: (said: string) => said.includes('fine') };
const tls = { verify: true };

const probes: Record<string, [() => Server, (port: number, ending: Ending) => Promise<object>]> = {
  connect: [() => answers(''), (port, ending) => prober.connect({ host, port }, ending)],
  'connect, and read': [
    () => answers('fine'),
    (port, ending) => prober.connect({ host, port, send: '?', read }, ending),
  ],
  http: [
    () => createServer((_, answer) => answer.end('fine')),
    (port, ending) => {
      const url = `http://${host}:${port}/`;
      return prober.http({ method: 'GET', url, headers: {}, tls, maxBytes: 1_000 }, ending);
    },
  ],
  mqtt: [
    () => answers('\u0020\u0002\u0000\u0000'),
    (port, ending) => prober.mqtt({ host, port, clientId: 'x' }, ending),
  ],
  redis: [() => answers('+PONG\r\n'), (port, ending) => prober.redis({ host, port }, ending)],
};

it.each(Object.entries(probes))('%s settles once', async (_, [serve, probe]) => {
  await using server = await OpenSockets.of(serve());
  const once = async () => {
    const ending = new Sight({} as CheckWorld, 0, new Map());
    expect(await probe(server.port, ending)).toMatchObject({ ok: true });
    await server.closed();
  };
  // The first time modules are loaded, by others.
  await once();
  expect(await settledAgain(once)).toBe(0);
});
