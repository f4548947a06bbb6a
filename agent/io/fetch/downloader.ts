/**
 * `Downloader` of `ports/updates.ts`: fetches a file whose length and hash are known, over any
 * number of cuts, kills and restarts. What is here already is not asked for again.
 */
import { access } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { hashedPath } from '../../../protocol/tuf/paths.ts';
import { type BackoffLimits, backoffMs } from '../../core/backoff.ts';
import { asUpdateError, UpdateError } from '../../core/updates/codes.ts';
import { Patience, TokenBucket, windowOf } from '../../core/updates/pace.ts';
import type { Downloader, Fetched, FetchPace, FetchWanted } from '../../ports/updates.ts';
import { PartFile } from './part-file.ts';
import { ask } from './request.ts';

export interface DownloaderOptions {
  /** Of the release repository; paths of files follow it. */
  readonly base: string;
  /** Names of files there begin with their hash, as in a repository of releases (TUF's consistent snapshots). */
  readonly isConsistent?: boolean;
  readonly boot: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: Buffer;
  readonly backoff?: BackoffLimits;
  /** A server that does not answer, or is too slow for so long, is left. */
  readonly patienceMs?: number;
  /** Tries in a row that bring nothing. */
  readonly tries?: number;
  readonly random?: () => number;
}

const USUAL = { backoff: { minMs: 1_000, maxMs: 60_000 }, patienceMs: 30_000, tries: 8 };
/** Even a server that sends a little each time is left at last. */
const MOST_TRIES = 2_000;
const LEAST = 128;
/** A try that brought so much counts as a good one. */
const PROGRESS = 4_096;

export function createDownloader(options: DownloaderOptions): Downloader {
  return {
    fetch: (wanted, pace, signal) => new Fetch(options, wanted, pace, signal).run(),
  };
}

/** Thrown by a try that may be repeated. */
class Again extends Error {
  readonly afterMs: number | undefined;

  constructor(why: string, afterMs?: number) {
    super(why);
    this.afterMs = afterMs;
  }
}

class Fetch {
  readonly #options: DownloaderOptions;
  readonly #wanted: FetchWanted;
  readonly #pace: FetchPace;
  readonly #signal: AbortSignal;
  readonly #bucket: TokenBucket | undefined;
  readonly #random: () => number;
  #bytes = 0;
  #requests = 0;
  #wasAnew = false;

  constructor(
    options: DownloaderOptions,
    wanted: FetchWanted,
    pace: FetchPace,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#wanted = wanted;
    this.#pace = pace;
    this.#signal = signal;
    this.#bucket = pace.most === undefined ? undefined : new TokenBucket(pace.most);
    this.#random = options.random ?? Math.random;
  }

  async run(): Promise<Fetched> {
    const { to, length } = this.#wanted;
    const isHere = await access(to).then(
      () => true,
      () => false,
    );
    if (isHere) return { bytes: 0, requests: 0 };
    const partial = await PartFile.open(to, this.#options.boot, length);
    try {
      await this.#wait(this.#random() * (this.#pace.jitterMs ?? 0));
      await this.#whole(partial);
      return { bytes: this.#bytes, requests: this.#requests };
    } catch (error) {
      if (this.#signal.aborted) throw new UpdateError('cancelled', 'the transfer was stopped');
      throw asUpdateError(error, 'offline');
    } finally {
      await partial.close();
    }
  }

  async #whole(partial: PartFile): Promise<void> {
    const { tries = USUAL.tries, backoff = USUAL.backoff } = this.#options;
    let vain = 0;
    for (let attempt = 0; ; attempt++) {
      const before = this.#bytes;
      try {
        if (await this.#attempt(partial)) return;
      } catch (error) {
        if (this.#signal.aborted || isFinal(error)) throw error;
        vain = this.#bytes - before >= PROGRESS ? 0 : vain + 1;
        const { message } = error as Error;
        if (vain >= tries || attempt >= MOST_TRIES) {
          throw new UpdateError('offline', `${this.#wanted.path}: ${message}`);
        }
        const asked = error instanceof Again ? error.afterMs : undefined;
        await this.#wait(asked ?? backoffMs(vain, backoff, this.#random()));
      }
    }
  }

  /** Whether the file is whole and has its name. */
  async #attempt(partial: PartFile): Promise<boolean> {
    const { length, sha256, path } = this.#wanted;
    while (partial.size < length) await this.#request(partial);
    if (partial.sha256() === sha256) {
      await partial.finish();
      return true;
    }
    await partial.empty();
    // What an earlier life left may have been damaged, so once it is fetched from the beginning.
    if (this.#wasAnew) throw new UpdateError('bad-file', `${path} has another hash than is signed`);
    this.#wasAnew = true;
    return false;
  }

  async #request(partial: PartFile): Promise<void> {
    const { length } = this.#wanted;
    const { patienceMs = USUAL.patienceMs, headers = {}, ca } = this.#options;
    if (partial.size === 0) this.#wasAnew = true;
    this.#requests++;
    const { meaning, body } = await ask({
      ...{ url: this.#url(), from: partial.size, length, headers, ca },
      ...{ most: windowOf(this.#pace.most), etag: partial.etag, timeoutMs: patienceMs },
      signal: this.#signal,
    });
    const patience = new Patience(this.#pace.least ?? LEAST);
    const watch = setInterval(() => {
      if (patience.isOver(patienceMs)) body.destroy(new Again('the server is too slow'));
    }, patienceMs);
    try {
      if (meaning.kind === 'never') throw new UpdateError(meaning.code, this.#told(meaning.why));
      if (meaning.kind === 'later') throw new Again(meaning.why, meaning.afterMs);
      if (meaning.kind === 'anew') {
        await partial.empty();
        throw new Again(meaning.why);
      }
      await partial.begin(meaning.from, meaning.etag);
      for await (const piece of body) await this.#take(partial, piece as Buffer, patience);
    } finally {
      clearInterval(watch);
      body.destroy();
    }
  }

  #url(): URL {
    const { path, sha256 } = this.#wanted;
    const { base, isConsistent = false } = this.#options;
    return new URL(isConsistent ? hashedPath(path, sha256) : path, base);
  }

  async #take(partial: PartFile, piece: Buffer, patience: Patience): Promise<void> {
    this.#bytes += piece.length;
    patience.came(piece.length);
    if (partial.size + piece.length > this.#wanted.length) {
      await partial.empty();
      throw new UpdateError('bad-file', this.#told('the server sends more bytes than are signed'));
    }
    await partial.add(piece);
    const ms = this.#bucket?.take(piece.length, performance.now()) ?? 0;
    if (ms < 1) return;
    patience.waited(ms);
    await this.#wait(ms);
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await pause(ms, undefined, { signal: this.#signal });
  }

  #told(why: string): string {
    return `${this.#wanted.path}: ${why}`;
  }
}

/** The disk's own troubles do not pass by asking the server again. */
function isFinal(error: unknown): boolean {
  if (error instanceof UpdateError) return true;
  const { code = '', syscall = '' } = error as Partial<NodeJS.ErrnoException>;
  return (
    ['write', 'fsync', 'fdatasync', 'open', 'rename', 'ftruncate'].includes(syscall) &&
    code !== 'EPIPE'
  );
}
