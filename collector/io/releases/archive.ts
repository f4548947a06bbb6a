/** Makes a tar archive of a folder or a file: the same content gives the same bytes, wherever and whenever. */
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import {
  type ArchiveEntry,
  archiveEnd,
  archiveHeader,
  archivePadding,
  inArchiveOrder,
} from '../../core/releases/tar.ts';

type Source = ArchiveEntry & { readonly from: string };

const COMPRESSED = /\.(gz|tgz)$/;

/** Compressed where the target's name says so. */
export async function buildArchive(source: string, target: string): Promise<void> {
  const entries = await entriesOf(source);
  try {
    const out = createWriteStream(target, { mode: 0o644 });
    if (COMPRESSED.test(target)) await pipeline(content(entries), createGzip({ level: 9 }), out);
    else await pipeline(content(entries), out);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

async function* content(entries: readonly Source[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield archiveHeader(entry);
    if (entry.kind !== 'file') continue;
    let bytes = 0;
    for await (const piece of createReadStream(entry.from)) {
      bytes += (piece as Buffer).length;
      yield piece as Buffer;
    }
    if (bytes !== entry.bytes) throw new Error(`${entry.from} was changed while it was read`);
    yield archivePadding(bytes);
  }
  yield archiveEnd();
}

async function entriesOf(source: string): Promise<readonly Source[]> {
  const found = await lstat(source);
  const entries = found.isDirectory()
    ? await below(source, '')
    : [await entryOf(source, basename(source))];
  return inArchiveOrder(entries) as readonly Source[];
}

async function below(folder: string, prefix: string): Promise<readonly Source[]> {
  const entries: Source[] = [];
  for (const name of await readdir(join(folder, prefix))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const entry = await entryOf(join(folder, path), path);
    entries.push(entry);
    if (entry.kind === 'folder') entries.push(...(await below(folder, path)));
  }
  return entries;
}

async function entryOf(from: string, path: string): Promise<Source> {
  const found = await lstat(from);
  const usual = { path, from, bytes: 0, executable: false };
  if (found.isDirectory()) return { ...usual, kind: 'folder' };
  if (found.isSymbolicLink()) return { ...usual, kind: 'link', target: await readlink(from) };
  if (!found.isFile()) throw new Error(`${from} is neither file, folder nor symbolic link`);
  return { ...usual, kind: 'file', bytes: found.size, executable: (found.mode & 0o100) !== 0 };
}
