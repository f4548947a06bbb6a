/**
 * Messages that cannot be decoded, kept for a person to look at: a folder with bounds, the oldest
 * ones going first. Best effort by design: what is here was counted and acknowledged already.
 *
 * One file each: a line of JSON, then the payload's bytes. The line carries a checksum over its
 * other fields and the payload.
 */
import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Log } from '../ports.ts';

export interface QuarantinedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** UTC milliseconds. */
  readonly receivedAt: number;
  /** Why it could not be decoded, for a person. */
  readonly error: string;
}

export interface QuarantineEntry {
  readonly id: string;
  readonly topic: string;
  readonly receivedAt: number;
  readonly error: string;
  readonly payloadBytes: number;
}

export interface QuarantineStats {
  readonly files: number;
  readonly bytes: number;
  /** Since the start: taken in, and dropped for the bounds or because the disk refused. */
  readonly kept: number;
  readonly dropped: number;
}

export interface Quarantine {
  put(message: QuarantinedMessage): Promise<void>;
  /** The newest first. */
  list(): Promise<readonly QuarantineEntry[]>;
  read(id: string): Promise<QuarantinedMessage | undefined>;
  stats(): QuarantineStats;
}

/** What is kept in a folder, and the names of what cannot be read any more. */
export async function checkQuarantine(
  dir: string,
): Promise<{ readonly kept: number; readonly damaged: readonly string[] }> {
  const names = (await readdir(dir)).filter((name) => NAME.test(name)).sort();
  const damaged: string[] = [];
  for (const name of names)
    if (parse(await readFile(join(dir, name))) === undefined) damaged.push(name);
  return { kept: names.length - damaged.length, damaged };
}

export interface QuarantineOptions {
  readonly dir: string;
  readonly maxFiles?: number;
  readonly maxBytes?: number;
  readonly log?: Log;
}

/** Writes that wait: a flood of rubbish must not become a flood of memory. */
const MAX_WAITING = 32;
const NAME = /^(\d{16})-(\d{8})\.msg$/;

export async function openQuarantine(options: QuarantineOptions): Promise<Quarantine> {
  const { dir, log } = options;
  await mkdir(dir, { recursive: true });
  const files: { id: string; bytes: number }[] = [];
  for (const name of (await readdir(dir)).filter((n) => NAME.test(n)).sort()) {
    files.push({ id: name.slice(0, -4), bytes: (await stat(join(dir, name))).size });
  }
  const bounds = {
    maxFiles: options.maxFiles ?? 1_000,
    maxBytes: options.maxBytes ?? 32 * 2 ** 20,
  };
  const { damaged } = await checkQuarantine(dir);
  if (damaged.length > 0)
    log?.warn('quarantine: damaged messages are not shown', { files: damaged.join(' ') });
  return new QuarantineFolder(dir, bounds, files, log);
}

class QuarantineFolder implements Quarantine {
  readonly #dir: string;
  readonly #bounds: { readonly maxFiles: number; readonly maxBytes: number };
  readonly #log: Log | undefined;
  /** Oldest first. */
  readonly #files: { readonly id: string; readonly bytes: number }[];
  #bytes: number;
  #serial = 0;
  #kept = 0;
  #dropped = 0;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(
    dir: string,
    bounds: { readonly maxFiles: number; readonly maxBytes: number },
    files: { id: string; bytes: number }[],
    log: Log | undefined,
  ) {
    this.#dir = dir;
    this.#bounds = bounds;
    this.#files = files;
    this.#log = log;
    this.#bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  }

  put(message: QuarantinedMessage): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      this.#dropped += 1;
      return Promise.resolve();
    }
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#store(message));
    return this.#last;
  }

  async list(): Promise<readonly QuarantineEntry[]> {
    const entries: QuarantineEntry[] = [];
    for (const { id } of this.#files.toReversed()) {
      const message = await this.read(id);
      if (message === undefined) continue;
      const { payload, ...rest } = message;
      entries.push({ id, ...rest, payloadBytes: payload.length });
    }
    return entries;
  }

  async read(id: string): Promise<QuarantinedMessage | undefined> {
    // The id may come from a person's request: only names that were made here are opened.
    if (!NAME.test(`${id}.msg`)) return undefined;
    const bytes = await readFile(this.#path(id)).catch(() => undefined);
    return bytes === undefined ? undefined : parse(bytes);
  }

  stats(): QuarantineStats {
    const { length: files } = this.#files;
    return { files, bytes: this.#bytes, kept: this.#kept, dropped: this.#dropped };
  }

  async #store(message: QuarantinedMessage): Promise<void> {
    const { payload, ...head } = message;
    const sum = checksum(head, payload);
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify({ ...head, sum })}\n`), payload]);
    try {
      if (bytes.length > this.#bounds.maxBytes) throw new Error('larger than the whole quarantine');
      await this.#makeRoom(bytes.length);
      const id = this.#newId(message.receivedAt);
      await writeFile(this.#path(id), bytes, { flag: 'wx' });
      this.#files.push({ id, bytes: bytes.length });
      this.#bytes += bytes.length;
      this.#kept += 1;
    } catch (error) {
      this.#dropped += 1;
      this.#log?.warn('quarantine: could not keep a message', { error: String(error) });
    } finally {
      this.#waiting -= 1;
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { maxFiles, maxBytes } = this.#bounds;
    while (this.#files.length >= maxFiles || this.#bytes + bytes > maxBytes) {
      const oldest = this.#files.shift();
      if (oldest === undefined) return;
      this.#bytes -= oldest.bytes;
      this.#dropped += 1;
      await unlink(this.#path(oldest.id)).catch(() => {});
    }
  }

  /** Rises with each message, also when the clock steps back or the program starts again. */
  #newId(receivedAt: number): string {
    const newest = this.#files.at(-1)?.id ?? '';
    const time = Math.max(Math.floor(receivedAt), Number(newest.slice(0, 16)) || 0, 0);
    this.#serial = Math.max(this.#serial, Number(newest.slice(17)) || 0) + 1;
    return `${String(time).padStart(16, '0')}-${String(this.#serial % 1e8).padStart(8, '0')}`;
  }

  #path(id: string): string {
    return join(this.#dir, `${id}.msg`);
  }
}

function parse(bytes: Buffer): QuarantinedMessage | undefined {
  const end = bytes.indexOf(0x0a);
  try {
    const head = JSON.parse(bytes.toString('utf8', 0, end)) as Head & { readonly sum?: number };
    const { topic, receivedAt, error, sum } = head;
    if (typeof topic !== 'string' || typeof receivedAt !== 'number') return undefined;
    const payload = bytes.subarray(end + 1);
    const known = { topic, receivedAt, error: String(error) };
    // Files of before there was a checksum are taken as they are.
    const wrong = sum !== undefined && sum !== checksum(known, payload);
    return wrong ? undefined : { ...known, payload };
  } catch {
    return undefined;
  }
}

type Head = Omit<QuarantinedMessage, 'payload'>;

function checksum({ topic, receivedAt, error }: Head, payload: Uint8Array): number {
  return crc32(payload, crc32(JSON.stringify([topic, receivedAt, error])));
}
