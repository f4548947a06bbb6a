/** Files to and from a server by HTTP, streamed. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type OutgoingHttpHeaders, request as plain } from 'node:http';
import { type RequestOptions, request as secure } from 'node:https';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import type { Courier } from '../../ports/maintenance.ts';
import { writeAll } from './log-files.ts';

export interface CourierOptions {
  /** For which the following hold; elsewhere the system's certificates count, and no secret goes. */
  readonly collectorUrl?: string;
  readonly tls?: Pick<RequestOptions, 'ca' | 'cert' | 'key'>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that says nothing for so long is gone. */
const SILENCE_MS = 60_000;
const MOST_TEXT_BYTES = 4096;

interface Call {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly signal: AbortSignal;
  readonly body?: Readable;
}

export function createCourier(options: CourierOptions = {}): Courier {
  return {
    async put(url, file, headers, signal) {
      const { size } = await stat(file);
      const body = createReadStream(file);
      const sent = { 'content-length': size, 'content-type': 'application/gzip', ...headers };
      try {
        const answer = await ask({ method: 'PUT', url, headers: sent, signal, body }, options);
        return { status: answer.statusCode ?? 0, text: await beginning(answer) };
      } finally {
        body.destroy();
      }
    },

    async fetch(url, file, { maxBytes, signal }) {
      const etag = await knownEtag(file);
      const headers = etag === undefined ? {} : { 'if-none-match': etag };
      const answer = await ask({ method: 'GET', url, headers, signal }, options);
      const status = answer.statusCode ?? 0;
      if (status !== 200) {
        answer.resume();
        return { status, changed: false };
      }
      await replace(file, answer, maxBytes);
      return { status, changed: true };
    },
  };
}

function ask(call: Call, options: CourierOptions): Promise<IncomingMessage> {
  const url = new URL(call.url);
  const own = isCollector(url, options.collectorUrl);
  const settings = {
    method: call.method,
    headers: { ...(own ? options.headers : {}), ...call.headers },
    signal: call.signal,
    agent: false as const,
    ...(own ? options.tls : {}),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? secure(url, settings) : plain(url, settings);
    request.setTimeout(SILENCE_MS, () => {
      request.destroy(new Error(`${url.host} said nothing for ${SILENCE_MS / 1000} s`));
    });
    request.once('response', resolve);
    request.once('error', (error) => {
      call.body?.destroy();
      reject(call.signal.aborted ? error : new Error(`${url.host}: ${error.message}`));
    });
    if (call.body === undefined) request.end();
    else call.body.once('error', (error) => request.destroy(error)).pipe(request);
  });
}

function isCollector(url: URL, collectorUrl: string | undefined): boolean {
  return collectorUrl !== undefined && new URL(collectorUrl).origin === url.origin;
}

async function beginning(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of answer) {
    if (text.length < MOST_TEXT_BYTES) text += String(piece);
  }
  return text.slice(0, MOST_TEXT_BYTES);
}

/** Only of a file that is still there. */
async function knownEtag(file: string): Promise<string | undefined> {
  try {
    await stat(file);
    return (await readFile(etagFile(file), 'utf8')).trim() || undefined;
  } catch {
    return undefined;
  }
}

async function replace(file: string, answer: IncomingMessage, maxBytes: number): Promise<void> {
  const partial = `${file}.partial`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(partial, 'w', 0o600);
    try {
      let bytes = 0;
      for await (const piece of answer as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
        await writeAll(handle, piece);
      }
      if (!answer.complete) throw new Error('the answer broke off');
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Without a tag first: after a cut the file may be fetched once more, never be taken for another.
    await unlink(etagFile(file)).catch(() => {});
    await rename(partial, file);
    const { etag } = answer.headers;
    if (etag !== undefined) await writeFile(etagFile(file), `${etag}\n`, { mode: 0o600 });
  } catch (error) {
    answer.destroy();
    await unlink(partial).catch(() => {});
    throw error;
  }
}

function etagFile(file: string): string {
  return `${file}.etag`;
}
