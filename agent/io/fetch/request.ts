/** One GET over Node's own HTTP, loaded when it is needed; it follows a few redirections. */
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Meaning } from '../../core/updates/answer.ts';
import { meaningOf } from '../../core/updates/answer.ts';

export interface Asking {
  readonly url: URL;
  readonly from: number;
  /** Bytes to ask for at most. */
  readonly most: number;
  readonly length: number;
  readonly etag: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: Buffer | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly meaning: Meaning;
  /** To be read or destroyed. */
  readonly body: IncomingMessage;
}

const MOST_REDIRECTIONS = 4;
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);

export async function ask(asking: Asking): Promise<Answered> {
  let { url } = asking;
  for (let hops = 0; ; hops++) {
    const body = await get(url, asking);
    const { statusCode: status = 0, headers } = body;
    const to = headers.location;
    if (!REDIRECTIONS.has(status) || to === undefined || hops === MOST_REDIRECTIONS) {
      return { meaning: meaning(body, asking), body };
    }
    body.destroy();
    const next = new URL(to, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new Error(`${url.host} leads from https to ${next.protocol}, which is not followed`);
    }
    url = next;
  }
}

function meaning({ statusCode = 0, headers }: IncomingMessage, asking: Asking): Meaning {
  const head = {
    status: statusCode,
    contentRange: headers['content-range'],
    contentLength: headers['content-length'],
    etag: headers.etag,
    retryAfter: headers['retry-after'],
  };
  return meaningOf(head, asking.from, asking.length);
}

async function get(url: URL, asking: Asking): Promise<IncomingMessage> {
  const { request } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const { ca, signal, timeoutMs } = asking;
  // Secrets for the repository stay with the repository.
  const own = url.origin === asking.url.origin ? asking.headers : {};
  const options: RequestOptions & { ca?: Buffer } = {
    headers: { 'accept-encoding': 'identity', ...own, ...rangeOf(asking) },
    signal,
    timeout: timeoutMs,
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`${url.host} says nothing`)));
    sent.end();
  });
}

function rangeOf({ from, most, length, etag }: Asking): Record<string, string> {
  if (from === 0 && most >= length) return {};
  const last = Math.min(length, from + most) - 1;
  // Without a name for what the server has, the hash at the end tells.
  const condition = from === 0 || etag === undefined ? {} : { 'if-range': etag };
  return { range: `bytes=${from}-${last}`, ...condition };
}
