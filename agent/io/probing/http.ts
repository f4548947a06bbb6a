/**
 * One request over a connection of its own, which is closed afterwards. The certificate is judged
 * before anything is sent: a token never goes to a server that is not trusted.
 *
 * Written on the socket itself: node:http is made for many requests, and most of a megabyte
 * and two thirds of the CPU of one (docs/decisions/0026-http-probe.md).
 */
import type { Socket } from 'node:net';
import { HEADER_VALUE } from '../../core/http-field.ts';
import type { HttpAnswer, HttpProbe, ProbeTarget } from '../../ports/probing.ts';
import { HttpAnswerReader, type HttpSaid } from './http-answer.ts';
import type { Keep } from './probe.ts';
import { openSocket, secondsSince } from './socket.ts';

/** Where to, and what is written there. */
interface Prepared {
  readonly target: ProbeTarget;
  readonly request: Buffer;
}

/** A check asks with the same probe again and again. */
const preparedBefore = new WeakMap<HttpProbe, Prepared>();

export async function probeHttp(probe: HttpProbe, keep: Keep): Promise<HttpAnswer> {
  const { target, request } = prepared(probe);
  const { socket, began, seen } = await openSocket(target, keep);
  const said = await ask(socket, request, new HttpAnswerReader(probe.method, probe.maxBytes));
  return { ...said, seconds: secondsSince(began), ...seen };
}

function prepared(probe: HttpProbe): Prepared {
  const before = preparedBefore.get(probe);
  if (before !== undefined) return before;
  const url = new URL(probe.url);
  const secure = url.protocol === 'https:';
  const target = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (secure ? 443 : 80)),
    ...(secure ? { tls: probe.tls } : {}),
  };
  const fresh = { target, request: requestOf(probe, url) };
  preparedBefore.set(probe, fresh);
  return fresh;
}

/** A server may refuse one of these that does not tell its length, be it 0 (RFC 9110 8.6). */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT']);

function requestOf({ method, headers, body }: HttpProbe, url: URL): Buffer {
  const fields: Record<string, string> = { host: url.host, connection: 'close' };
  for (const [name, value] of Object.entries(headers)) fields[name.toLowerCase()] = value;
  const bytes = Buffer.from(body ?? '');
  if (body !== undefined || WITH_BODY.has(method)) fields['content-length'] = String(bytes.length);
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, value] of Object.entries(fields)) {
    if (!HEADER_VALUE.test(value))
      throw new Error(`the header ${name} holds what no header may hold`);
    head += `${name}: ${value}\r\n`;
  }
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), bytes]);
}

function ask(socket: Socket, request: Buffer, answer: HttpAnswerReader): Promise<HttpSaid> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const attempt = (step: () => boolean) => {
      if (isOver) return;
      try {
        isOver = step();
        if (isOver) resolve(answer.said());
      } catch (error) {
        isOver = true;
        reject(error as Error);
      }
    };
    const closed = () => {
      answer.close();
      return true;
    };
    socket.on('error', reject);
    socket.on('data', (piece: Buffer) => attempt(() => answer.push(piece)));
    socket.on('end', () => attempt(closed));
    socket.on('close', () => attempt(closed));
    socket.write(request);
  });
}
