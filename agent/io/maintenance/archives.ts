/** `tar.gz` files: written beside their name, synced, and only then given it. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Archive, ArchiveOptions, Archives } from '../../ports/maintenance.ts';
import { syncPath } from '../updates/durable.ts';
import { found, tarOf } from './archive-source.ts';
import { codeOf } from './codes.ts';
import { packed } from './gzip.ts';
import { writeAll } from './log-files.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const PARTIAL = '.partial';

export function createArchives(): Archives {
  return {
    write,
    async list(options) {
      const counts = { bytes: 0, files: 0 };
      for await (const { stats } of found(options)) {
        if (!stats.isFile()) continue;
        counts.bytes += stats.size;
        counts.files += 1;
      }
      return counts;
    },
    names: async (folder) => (await readdir(folder)).sort(),
    remove: async (path) => {
      await unlink(path).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    },
  };
}

async function write(target: string, options: ArchiveOptions): Promise<Archive> {
  const partial = `${target}${PARTIAL}`;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await unlink(partial).catch(() => {});
  try {
    const file = await open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    const archive = await fill(file, options).finally(() => file.close());
    await rename(partial, target);
    await syncPath(dirname(target));
    return archive;
  } catch (error) {
    await unlink(partial).catch(() => {});
    throw error;
  }
}

async function fill(file: FileHandle, options: ArchiveOptions): Promise<Archive> {
  const counts = { files: 0 };
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of packed(tarOf(options, await file.stat(), counts))) {
    bytes += piece.length;
    if (bytes > options.maxBytes) {
      throw new Error(`the archive is larger than maxBytes (${options.maxBytes} bytes)`);
    }
    hash.update(piece);
    await writeAll(file, piece);
  }
  options.signal.throwIfAborted();
  await file.sync();
  return { bytes, files: counts.files, sha256: hash.digest() };
}
