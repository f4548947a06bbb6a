/**
 * One request over a connection of its own, which is closed afterwards. The certificate is judged
 * before anything is sent: a token never goes to a server that is not trusted.
 */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { HttpAnswer, HttpProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { type OpenSocket, openSocket, secondsSince } from './socket.ts';

export async function probeHttp(probe: HttpProbe, keep: Keep): Promise<HttpAnswer> {
  const url = new URL(probe.url);
  const secure = url.protocol === 'https:';
  const opened = await openSocket(
    {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(url.port || (secure ? 443 : 80)),
      ...(secure ? { tls: probe.tls } : {}),
    },
    keep,
  );
  const response = await ask(probe, url, opened, keep);
  const body = await readBody(response, probe.maxBytes);
  return {
    status: response.statusCode ?? 0,
    headers: headersOf(response),
    body,
    seconds: secondsSince(opened.began),
    ...opened.seen,
  };
}

function ask(probe: HttpProbe, url: URL, { socket }: OpenSocket, keep: Keep) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent: ClientRequest = request({
      method: probe.method,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, connection: 'close', ...probe.headers },
      createConnection: () => socket,
    });
    keep(() => sent.destroy());
    sent.on('error', (error: NodeJS.ErrnoException) => reject(inWords(error)));
    sent.on('response', resolve);
    // 101 would hand the socket over; the answer to a plain request is a response or an error.
    sent.on('upgrade', (response) => resolve(response));
    sent.end(probe.body);
  });
}

function inWords(error: NodeJS.ErrnoException): Error {
  if (error.code?.startsWith('HPE_') === true) return new Error('the answer is not HTTP');
  return error.message === 'socket hang up' ? new Error('it hung up without an answer') : error;
}

function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const end = () => resolve(Buffer.concat(pieces).subarray(0, maxBytes).toString('utf8'));
    response.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= maxBytes) end();
    });
    response.once('end', end);
    response.once('error', () => reject(new Error('it hung up in the middle of its answer')));
  });
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const joined = Object.entries(headers).map(
    ([name, value]) => [name, [value ?? ''].flat().join(', ')] as const,
  );
  return Object.fromEntries(joined);
}
