/** Unpacks a tar archive into a folder, everything in it synced. */
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TarItem, Untar } from '../../core/updates/untar.ts';
import type { UnpackLimits } from '../../ports/updates.ts';
import { syncPath } from './durable.ts';

export async function unpackInto(
  archive: string,
  folder: string,
  limits: UnpackLimits,
): Promise<void> {
  const target = new Target(folder);
  const tar = new Untar(limits);
  try {
    for await (const piece of await plain(archive)) {
      for (const item of tar.push(piece)) await target.take(item);
      if (tar.wrong !== undefined) throw new Error(tar.wrong);
    }
    if (!tar.isWhole) throw new Error('the archive is cut off');
    await target.sync();
  } finally {
    await target.close();
  }
}

/** What is compressed says so in its first two bytes. */
async function plain(archive: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await open(archive, 'r');
  const head = Buffer.alloc(2);
  await file.read(head, 0, 2, 0).finally(() => file.close());
  const source = createReadStream(archive);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return source;
  const { createGunzip } = await import('node:zlib');
  const gunzip: Readable = source.pipe(createGunzip());
  source.once('error', (error) => gunzip.destroy(error));
  return gunzip;
}

class Target {
  readonly #folder: string;
  readonly #folders = new Set<string>();
  #file: FileHandle | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#folders.add(folder);
  }

  async take(item: TarItem): Promise<void> {
    switch (item.kind) {
      case 'folder':
        return this.#makeFolder(join(this.#folder, item.path));
      case 'link': {
        const path = join(this.#folder, item.path);
        await this.#makeFolder(dirname(path));
        return symlink(item.target, path);
      }
      case 'file': {
        const path = join(this.#folder, item.path);
        await this.#makeFolder(dirname(path));
        // Exclusive: a path twice in an archive is no archive of ours, and never a way through a link.
        this.#file = await open(path, 'wx', 0o600);
        await this.#file.chmod(item.mode & 0o755 || 0o644);
        return;
      }
      case 'data':
        await this.#file?.writeFile(item.bytes);
        return;
      case 'end':
        await this.#file?.datasync();
        await this.close();
    }
  }

  /** Names of files are in their folders. */
  async sync(): Promise<void> {
    for (const folder of [...this.#folders].reverse()) await syncPath(folder);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #makeFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    await this.#makeFolder(dirname(path));
    await mkdir(path, { recursive: true, mode: 0o755 });
    this.#folders.add(path);
  }
}
