/**
 * A file that is being fetched: its bytes in `<to>.part`, and beside them what tells a later life
 * how many of them can be believed. A kill loses nothing that was written; after a power cut what
 * was not synced may be anything, so only synced bytes count in another boot.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncPath } from '../updates/durable.ts';

interface Note {
  readonly etag: string | undefined;
  readonly synced: number;
  readonly boot: string;
}

const SYNC_BYTES = 4 * 1024 * 1024;

export class PartFile {
  readonly #to: string;
  readonly #boot: string;
  readonly #file: FileHandle;
  #hash: Hash;
  #note: Note;
  /** Bytes that are here. */
  size: number;

  private constructor(
    to: string,
    boot: string,
    file: FileHandle,
    hash: Hash,
    note: Note,
    size: number,
  ) {
    this.#to = to;
    this.#boot = boot;
    this.#file = file;
    this.#hash = hash;
    this.#note = note;
    this.size = size;
  }

  static async open(to: string, boot: string, length: number): Promise<PartFile> {
    const note = await readNote(to);
    const path = `${to}.part`;
    const file = await open(path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const good = note?.boot === boot ? size : Math.min(size, note?.synced ?? 0);
      const kept = good > length ? 0 : good;
      if (kept < size) await file.truncate(kept);
      const fresh = { etag: undefined, synced: 0, boot };
      const used = kept === 0 || note === undefined ? fresh : note;
      return new PartFile(to, boot, file, await hashOf(path, kept), used, kept);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get etag(): string | undefined {
    return this.#note.etag;
  }

  /** Before the first byte of an answer: what the server calls this file. */
  async begin(from: number, etag: string | undefined): Promise<void> {
    if (from < this.size) await this.empty();
    const isSame = etag === this.#note.etag && this.#boot === this.#note.boot;
    if (isSame && this.size > 0) return;
    // What was synced in an earlier boot is all that is here now.
    await this.#write({ etag, synced: this.size, boot: this.#boot });
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
    this.#hash.update(bytes);
    this.size += bytes.length;
    if (this.size - this.#note.synced < SYNC_BYTES) return;
    await this.#sync();
    await this.#write({ ...this.#note, synced: this.size });
  }

  async empty(): Promise<void> {
    await this.#file.truncate(0);
    this.size = 0;
    this.#hash = createHash('sha256');
    await this.#write({ etag: undefined, synced: 0, boot: this.#boot });
  }

  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** It is whole: from now on it has its name. */
  async finish(): Promise<void> {
    await this.#sync();
    await rename(`${this.#to}.part`, this.#to);
    await rm(`${this.#to}.part.json`, { force: true });
    await syncPath(dirname(this.#to));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** What a sync was refused for is never written again, and the next one says nothing of it. */
  async #sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      await this.empty().catch(() => undefined);
      throw error;
    }
  }

  async #write(note: Note): Promise<void> {
    this.#note = note;
    const path = `${this.#to}.part.json`;
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(note));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  }
}

async function readNote(to: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(`${to}.part.json`, 'utf8')) as Note;
    const isWhole = Number.isSafeInteger(note.synced) && typeof note.boot === 'string';
    return isWhole && ['string', 'undefined'].includes(typeof note.etag) ? note : undefined;
  } catch {
    return undefined;
  }
}

async function hashOf(path: string, bytes: number): Promise<Hash> {
  const hash = createHash('sha256');
  if (bytes === 0) return hash;
  for await (const piece of createReadStream(path, { end: bytes - 1 }))
    hash.update(piece as Buffer);
  return hash;
}
