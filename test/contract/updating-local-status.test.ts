/** Programs that answer a probe in ways that a probe must not be held or led away by. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { localStatus } from '../../agent/io/updates/local-status.ts';

async function serving(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const { signal } = new AbortController();

it('lets go of an answer that has no end', async () => {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  await using it = await serving((_, response) => {
    response.once('close', leave);
    response.writeHead(200).write('x');
  });
  expect(await localStatus(it.url, signal)).toBe(200);
  await expect(left).resolves.toBeUndefined();
});

it('is not led elsewhere', async () => {
  await using it = await serving((_, response) => {
    response.writeHead(302, { location: 'http://192.0.2.1/' }).end();
  });
  expect(await localStatus(it.url, signal)).toBe(302);
});

it('does not wait for a program that says nothing', async () => {
  await using it = await serving(() => undefined);
  await expect(localStatus(it.url, signal, 20)).rejects.toThrow(/timeout/);
});
