/**
 * A probe that is through does nothing more. What settles a promise a second time is an error made for
 * nobody, at each run of each check.
 */
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type CheckWorld, Sight } from '../../agent/checks/check.ts';
import { createProber } from '../../agent/io/probing/prober.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';

const host = '127.0.0.1';

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

it('neither a connection nor a request settles twice', async () => {
  await using server = await OpenSockets.of(createServer((_, answer) => answer.end('fine')));
  const prober = createProber();
  const ending = new Sight({} as CheckWorld, 0, new Map());
  const url = `http://${host}:${server.port}/`;
  const probe = { method: 'GET', url, headers: {}, tls: { verify: true }, maxBytes: 1_000 };
  const both = async () => {
    expect(await prober.connect({ host, port: server.port }, ending)).toMatchObject({ ok: true });
    expect(await prober.http(probe, ending)).toMatchObject({ ok: true, body: 'fine' });
    await server.closed();
  };
  // The first time modules are loaded, by others.
  await both();
  expect(await settledAgain(both)).toBe(0);
});
