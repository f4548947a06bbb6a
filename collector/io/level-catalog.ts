/**
 * The catalog of small durable facts over LevelDB. It opens after any damage: what can be repaired
 * is, what cannot is set aside, and `opening` says which.
 *
 * LevelDB does not verify its blocks when it reads (classic-level has no switch for it), so each
 * value carries a checksum of its own over key and value.
 */
import { rm, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import type { Catalog, Log } from '../ports.ts';
import { beginLog } from './level-files.ts';
import { type LevelKind, type Opening, openLevel } from './level-opening.ts';

export interface LevelCatalog extends Catalog {
  readonly opening: Opening;
}

const CHECKSUM_BYTES = 4;

export async function openCatalog(path: string, log?: Log): Promise<LevelCatalog> {
  const { level, opening } = await openLevel(path, kind);
  if (opening.state !== 'intact' && opening.state !== 'new') {
    const { state, lostEntries, setAside } = opening;
    const reason = opening.reason;
    log?.error('catalog: opened after damage', { path, state, lostEntries, setAside, reason });
  }
  await beginLog(level);
  return new LevelCatalogImpl(path, level, opening, log);
}

type Level = ClassicLevel<string, Uint8Array>;

const kind: LevelKind<Level> = {
  // Uncompressed, so that the checksums of all blocks can be followed from outside.
  create: (path) =>
    new ClassicLevel(path, { keyEncoding: 'utf8', valueEncoding: 'view', compression: false }),
  // The catalog is small enough to be read once.
  verify: async (level) => {
    let entries = 0;
    let lostEntries = 0;
    for await (const [key, stored] of level.iterator()) {
      if (unpack(key, stored) === undefined) lostEntries += 1;
      else entries += 1;
    }
    return { entries, lostEntries };
  },
  copy: async (from, to) => {
    for await (const [key, stored] of from.iterator()) {
      if (unpack(key, stored) !== undefined) await to.put(key, stored);
    }
    // The last write's sync covers those before it.
    await to.batch([{ type: 'del', key: '' }], { sync: true });
  },
};

class LevelCatalogImpl implements LevelCatalog {
  readonly opening: Opening;
  readonly #path: string;
  readonly #log: Log | undefined;
  #level: Level;
  /** A write has failed, and what it left in LevelDB's log would hide all that is written behind it. */
  #torn = false;
  #mending: Promise<void> | undefined;

  constructor(path: string, level: Level, opening: Opening, log: Log | undefined) {
    this.#path = path;
    this.#level = level;
    this.opening = opening;
    this.#log = log;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const stored = await this.#level.get(key);
    return stored === undefined ? undefined : unpack(key, stored);
  }

  async *list(prefix: string): AsyncGenerator<readonly [string, Uint8Array]> {
    for await (const [key, stored] of this.#level.iterator({ gte: prefix })) {
      if (!key.startsWith(prefix)) return;
      const value = unpack(key, stored);
      if (value !== undefined) yield [key, value];
    }
  }

  async write(changes: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    const operations = [...changes].map(([key, value]) =>
      value === undefined
        ? { type: 'del' as const, key }
        : { type: 'put' as const, key, value: pack(key, value) },
    );
    if (this.#torn) {
      this.#mending ??= this.#reopen().finally(() => {
        this.#mending = undefined;
      });
      await this.#mending;
    }
    try {
      await this.#level.batch(operations, { sync: true });
    } catch (error) {
      this.#torn = true;
      throw error;
    }
  }

  /** Begins a new log: not before the disk takes what that needs. */
  async #reopen(): Promise<void> {
    await probeDisk(`${this.#path}.probe`);
    await this.#level.close();
    const { level } = await openLevel(this.#path, kind);
    await beginLog(level);
    this.#level = level;
    this.#torn = false;
    this.#log?.info('catalog: opened anew after a write had failed', { path: this.#path });
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}

/** LevelDB moves its log into a table when it opens; that log is no larger than this. */
const PROBE_BYTES = 4 * 1024 * 1024;

async function probeDisk(file: string): Promise<void> {
  try {
    await writeFile(file, new Uint8Array(PROBE_BYTES), { flush: true });
  } finally {
    await rm(file, { force: true });
  }
}

function pack(key: string, value: Uint8Array): Uint8Array {
  const stored = Buffer.allocUnsafe(CHECKSUM_BYTES + value.length);
  stored.set(value, CHECKSUM_BYTES);
  stored.writeUInt32LE(crc32(value, crc32(key)));
  return stored;
}

/** The value as it was written, or `undefined` when its checksum is wrong. */
export function unpack(key: string, stored: Uint8Array): Uint8Array | undefined {
  if (stored.length < CHECKSUM_BYTES) return undefined;
  const value = stored.subarray(CHECKSUM_BYTES);
  const sum = Buffer.from(stored.buffer, stored.byteOffset, CHECKSUM_BYTES).readUInt32LE();
  return sum === crc32(value, crc32(key)) ? value : undefined;
}
