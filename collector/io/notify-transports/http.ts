/** POST over Node's own client: TLS by receiver, an HTTP proxy, redirects as Go's client follows them. */
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { type RequestOptions, request as tlsRequest } from 'node:https';
import { connect as tlsConnect } from 'node:tls';
import {
  type HttpReply,
  type HttpRequest,
  type HttpSender,
  TransportError,
} from '../../ports/notify.ts';
import { tunnel } from './proxy.ts';
import { reasonOf } from './reason.ts';
import { tlsSettings } from './tls.ts';

const MAX_REDIRECTS = 10;
const MAX_BODY = 16 * 1024;

interface Hop {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** False where the redirect leads to another host: it gets no credentials. */
  readonly trusted: boolean;
}

export const httpSender: HttpSender = {
  async post(request, signal) {
    const first = new URL(request.url.reveal());
    let hop: Hop = { method: 'POST', url: first, trusted: true };
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const { reply, location } = await exchange(request, hop, signal);
      const next = request.followRedirects ? nextHop(hop, reply.status, location) : undefined;
      if (next === undefined) return reply;
      hop = next;
    }
    throw new TransportError(`stopped after ${MAX_REDIRECTS} redirects`, false);
  },
};

function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, hop.url.href)) return undefined;
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const method = status >= 307 ? hop.method : 'GET';
  return {
    method,
    url,
    trusted: hop.trusted && url.host === hop.url.host && url.protocol === hop.url.protocol,
  };
}

interface Exchange {
  readonly reply: HttpReply;
  readonly location: string | undefined;
}

async function exchange(request: HttpRequest, hop: Hop, signal: AbortSignal): Promise<Exchange> {
  try {
    const sent = await started(request, hop, signal);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
    });
    sent.end(hop.method === 'POST' ? request.body : undefined);
    const message = await answer;
    const reply = { status: message.statusCode ?? 0, body: await beginning(message) };
    return { reply, location: message.headers.location };
  } catch (error) {
    if (error instanceof TransportError) throw error;
    const { host } = hop.url;
    throw new TransportError(`no answer from ${host}: ${reasonOf(error, signal)}`, true);
  }
}

async function started(
  request: HttpRequest,
  hop: Hop,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const { url, method } = hop;
  const options: RequestOptions = {
    method,
    signal,
    headers: headersOf(request, hop),
    // One notification, one connection: receivers are many and seldom.
    agent: false,
  };
  const proxy = request.proxyUrl === undefined ? undefined : new URL(request.proxyUrl.reveal());
  if (url.protocol === 'http:') {
    return proxy === undefined
      ? plainRequest(url, options)
      : plainRequest(...proxied(proxy, url, options));
  }
  const tls = tlsSettings(request.tls, url.hostname);
  if (proxy === undefined) return tlsRequest(url, { ...options, ...tls });
  const socket = await tunnel(proxy, url, signal);
  return tlsRequest(url, { ...options, createConnection: () => tlsConnect({ ...tls, socket }) });
}

/** A proxy is given the whole address. */
function proxied(proxy: URL, url: URL, options: RequestOptions): [URL, RequestOptions] {
  const headers = { ...(options.headers as Record<string, string>), Host: url.host };
  const login = basic(proxy);
  if (login !== undefined) Object.assign(headers, { 'Proxy-Authorization': login });
  return [new URL(proxy.origin), { ...options, headers, path: url.href.replace(/#.*$/, '') }];
}

function headersOf(
  { headers, authorization, body }: HttpRequest,
  hop: Hop,
): Record<string, string> {
  const all: Record<string, string> = { ...headers };
  if (hop.trusted) {
    const login = authorization?.reveal() ?? basic(hop.url);
    if (login !== undefined) all['Authorization'] = login;
  }
  if (hop.method === 'POST') all['Content-Length'] = String(Buffer.byteLength(body));
  else delete all['Content-Type'];
  return all;
}

function basic({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}

/** Enough for a reason; the rest is not waited for. */
async function beginning(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY).toString();
}
