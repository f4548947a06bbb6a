/** A real HTTP server that keeps what it is sent and answers as told. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** By path; 'hang' never answers. */
  answer(path: string, answer: Answer | 'hang'): void;
  /** Resolves with the next request that has not been taken. */
  next(): Promise<Received>;
}

export async function httpReceiver(tls?: {
  readonly cert: string;
  readonly key: string;
}): Promise<HttpReceiver> {
  const received: Received[] = [];
  const answers = new Map<string, Answer | 'hang'>();
  const waiting: ((request: Received) => void)[] = [];
  let taken = 0;
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      const waiter = waiting.shift();
      if (waiter !== undefined) {
        taken += 1;
        waiter(one);
      }
      const answer = answers.get(url) ?? { status: 200, body: 'ok' };
      if (answer === 'hang') return;
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`.replace(
      'localhost',
      '127.0.0.1',
    ),
    received,
    answer: (path, answer) => answers.set(path, answer),
    next() {
      const known = received[taken];
      if (known === undefined) return new Promise((resolve) => waiting.push(resolve));
      taken += 1;
      return Promise.resolve(known);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
