/** The bytes of a tar archive, one after the other: files are read while they are sent on. */
import { constants, type Stats } from 'node:fs';
import { open, readlink, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type TarEntry, tarEnd, tarHeader, tarPadding } from '../../core/tar.ts';
import type { ArchiveOptions } from '../../ports/maintenance.ts';
import { codeOf } from './codes.ts';
import { HeldFolder, type Identity, isSame } from './held-folder.ts';
import { pieces } from './log-files.ts';

const FILE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MOST_LEVELS = 96;

export interface Found {
  readonly held: HeldFolder;
  readonly name: string;
  readonly path: string;
  readonly stats: Stats;
}

/** Everything that belongs into the archive, folders before what is in them. */
export async function* found(options: ArchiveOptions): AsyncGenerator<Found> {
  for (const source of options.sources) {
    const real = await realpath(source.path);
    const held = await HeldFolder.open(dirname(real));
    try {
      const name = Buffer.from(basename(real)).toString('latin1');
      const path = Buffer.from(source.path.slice(1)).toString('latin1');
      yield* below({ held, name, path, stats: await held.stat(name) }, options, 0);
    } finally {
      await held.close();
    }
  }
}

async function* below(entry: Found, options: ArchiveOptions, depth: number): AsyncGenerator<Found> {
  options.signal.throwIfAborted();
  const shown = Buffer.from(entry.path, 'latin1').toString('utf8');
  if (options.excludes(shown)) return;
  if (depth > MOST_LEVELS) {
    options.skipped(shown, `deeper than ${MOST_LEVELS} folders`);
    return;
  }
  yield entry;
  if (!entry.stats.isDirectory()) return;
  const held = await entry.held.child(entry.name);
  try {
    for await (const name of held.names()) {
      const stats = await held.stat(name).catch(() => undefined);
      if (stats === undefined) continue;
      yield* below({ held, name, path: `${entry.path}/${name}`, stats }, options, depth + 1);
    }
  } finally {
    await held.close();
  }
}

/** `self` is the archive, which is left out if it lies in what it holds. */
export async function* tarOf(
  options: ArchiveOptions,
  self: Identity,
  counts: { files: number },
): AsyncGenerator<Uint8Array> {
  for await (const entry of found(options)) {
    if (isSame(entry.stats, self)) continue;
    const shown = Buffer.from(entry.path, 'latin1').toString('utf8');
    if (entry.stats.isFile()) {
      if (yield* fileBytes(entry, options)) counts.files += 1;
    } else if (entry.stats.isDirectory()) {
      yield tarHeader(headerOf(entry, entry.stats, { kind: 'folder', path: `${entry.path}/` }));
    } else if (entry.stats.isSymbolicLink()) {
      const target = await readlink(entry.held.at(entry.name), { encoding: 'buffer' });
      yield tarHeader(headerOf(entry, entry.stats, { kind: 'link', target }));
    } else {
      options.skipped(shown, 'neither file nor folder nor link');
    }
  }
  yield tarEnd();
}

/** As long as the header says, whatever happens to the file meanwhile. */
async function* fileBytes(
  entry: Found,
  options: ArchiveOptions,
): AsyncGenerator<Uint8Array, boolean> {
  const shown = Buffer.from(entry.path, 'latin1').toString('utf8');
  const file = await open(entry.held.at(entry.name), FILE_FLAGS).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`${shown} cannot be read: ${codeOf(error) ?? String(error)}`);
  });
  if (file === undefined) return false;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return false;
    yield tarHeader(headerOf(entry, stats, { kind: 'file', bytes: stats.size }));
    let left = stats.size;
    for await (const piece of pieces(file, options.signal)) {
      yield piece.subarray(0, left);
      left -= Math.min(left, piece.length);
      if (left === 0) break;
    }
    if (left > 0) options.skipped(shown, `became shorter by ${left} bytes while it was read`);
    yield* zeros(left);
    yield tarPadding(stats.size);
    return true;
  } finally {
    await file.close();
  }
}

function* zeros(count: number): Generator<Uint8Array> {
  const piece = new Uint8Array(64 * 1024);
  for (let left = count; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

function headerOf(
  entry: Found,
  stats: Stats,
  more: { kind: TarEntry['kind']; path?: string; bytes?: number; target?: Uint8Array },
): TarEntry {
  const { path = entry.path, bytes = 0, ...rest } = more;
  return {
    ...rest,
    path: Buffer.from(path, 'latin1'),
    bytes,
    mode: stats.mode,
    uid: stats.uid,
    gid: stats.gid,
    modifiedMs: stats.mtimeMs,
  };
}
