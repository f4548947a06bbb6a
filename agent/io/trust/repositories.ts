/** Metadata of both repositories over HTTP: `Repositories` of `ports/trust.ts`. Bounded in bytes and time. */
import type { IncomingMessage } from 'node:http';
import { keepPace, type Pace, startPace } from '../../core/trust/pace.ts';
import type { Arrival, RepositoryName } from '../../core/trust/trusted.ts';
import type { Repositories } from '../../ports/trust.ts';
import { ask } from '../fetch/request.ts';

export interface RepositoriesOptions {
  /** Below which `metadata/` is; ends in a slash. */
  readonly base: Readonly<Record<RepositoryName, string>>;
  /** Instead of the system's, for servers at this address. */
  readonly ca?: { readonly of: string; readonly pem: Buffer };
  /** Bytes a second; below it a server is too slow. */
  readonly minRate: () => number;
  /** A server that says nothing, or is too slow, for so long is left. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;
const MOST_TIME_BYTES = 2_048;
const MOST_WORDS = 8_192;
/** The server's word that there is none. */
const ABSENT = new Set([403, 404, 410]);

export function createRepositories(options: RepositoriesOptions): Repositories {
  const { base } = options;
  return {
    bring: ({ repository, file, maxBytes }, signal) =>
      arrive(
        new URL(`metadata/${encodeURIComponent(file)}`, base[repository]),
        maxBytes,
        options,
        signal,
      ),
    time: (nonce, signal) =>
      arrive(new URL(`time?nonce=${nonce}`, base.director), MOST_TIME_BYTES, options, signal),
  };
}

async function arrive(
  url: URL,
  maxBytes: number,
  options: RepositoriesOptions,
  signal: AbortSignal,
): Promise<Arrival> {
  const { ca, minRate, patienceMs = PATIENCE_MS } = options;
  const isKnown = ca !== undefined && url.origin === new URL(ca.of).origin;
  try {
    const { body } = await ask({
      ...{ url, from: 0, most: Number.POSITIVE_INFINITY, length: 0, etag: undefined, headers: {} },
      ...{ ca: isKnown ? ca.pem : undefined, timeoutMs: patienceMs, signal },
    });
    try {
      const { statusCode: status = 0 } = body;
      const isThere = status === 200;
      const terms = { bytesPerSecond: minRate(), windowMs: patienceMs };
      // Words about why there is none are read too: the connection then serves the next question.
      const came = await read(body, isThere ? maxBytes : MOST_WORDS, terms);
      if (isThere) return came;
      return { kind: ABSENT.has(status) ? 'absent' : 'unanswered' };
    } finally {
      body.destroy();
    }
  } catch {
    signal.throwIfAborted();
    return { kind: 'unanswered' };
  }
}

async function read(
  body: IncomingMessage,
  maxBytes: number,
  terms: Parameters<typeof keepPace>[3],
): Promise<Arrival> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let pace: Pace = startPace(performance.now());
  let isSlow = false;
  const watch = setInterval(() => {
    const next = keepPace(pace, bytes, performance.now(), terms);
    if (next !== 'too-slow') pace = next;
    else {
      isSlow = true;
      body.destroy();
    }
  }, terms.windowMs / 4);
  try {
    for await (const piece of body) {
      bytes += (piece as Buffer).length;
      if (bytes > maxBytes) return { kind: 'too-long' };
      pieces.push(piece as Buffer);
    }
  } catch (error) {
    // Destroyed by the watch, or the connection ended in the middle.
    if (!isSlow) throw error;
  } finally {
    clearInterval(watch);
  }
  if (isSlow) return { kind: 'too-slow' };
  return body.complete ? { kind: 'bytes', bytes: Buffer.concat(pieces) } : { kind: 'unanswered' };
}
