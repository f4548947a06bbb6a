/** A file that is there whole or not at all, also after a cut. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type KeptFile, ShelfError } from '../../ports/shelves.ts';

/** Begins the names of files that are not whole yet. */
export const DRAFT = '.draft-';

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes below another name, syncs, asks `accept`, renames, syncs the folder. Whatever goes wrong,
 * `path` is as it was and nothing is left behind.
 */
export async function writeWhole(
  path: string,
  content: AsyncIterable<Uint8Array>,
  maxBytes: number,
  accept: (written: Written) => void,
): Promise<Written> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const draft = join(folder, `${DRAFT}${randomUUID()}`);
  try {
    const written = await fill(draft, content, maxBytes);
    accept(written);
    await rename(draft, path);
    await syncFolder(folder);
    return written;
  } catch (error) {
    await rm(draft, { force: true });
    throw isFull(error) ? new ShelfError('no-room', (error as Error).message) : error;
  }
}

async function fill(path: string, content: AsyncIterable<Uint8Array>, maxBytes: number) {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o640);
  try {
    for await (const piece of content) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new ShelfError('too-large', `at most ${maxBytes} bytes`);
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Reads it once for its digest; what is read later is of the same open file. */
export async function keptFile(path: string): Promise<KeptFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return {
    bytes: found.size,
    modifiedAt: Math.round(found.mtimeMs),
    sha256: hash.digest('hex'),
    open: () => createReadStream(path, { end: Math.max(0, found.size - 1) }),
  };
}
