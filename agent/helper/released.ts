/**
 * What root may install: the manifest comes from the helper's own store, whose files and folders
 * belong to root (`<folder of the configuration>/releases/<name>/<version>.json`), and the bytes are
 * copied out of the agent's reach before their length and hash are looked at.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseFile, ReleaseManifest } from '../../protocol/release.ts';
import { isManifest } from '../core/updates/manifest.ts';
import type { Answer } from './declarations.ts';
import { readTrusted } from './trusted-file.ts';

const PIECE = 1_048_576;

export async function trustedManifest(
  folder: string,
  name: string,
  version: string,
): Promise<Answer<ReleaseManifest>> {
  const path = join(folder, 'releases', name, `${version}.json`);
  const read = await readTrusted(path);
  if (!read.ok) return read;
  const manifest = parsed(read.text);
  if (!isManifest(manifest)) return { ok: false, why: `${path} is no manifest of a release` };
  const isIt = manifest.name === name && manifest.version === version;
  return isIt
    ? { ok: true, value: manifest }
    : { ok: false, why: `${path} is about ${manifest.name} ${manifest.version}` };
}

/** The file under root's own name; rejects when it is not what is signed. */
export async function takenOver(from: string, folder: string, file: ReleaseFile): Promise<string> {
  const to = join(folder, file.sha256);
  if ((await sumOf(to, file.length)) === file.sha256) return to;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${to}.new`;
  await rm(draft, { force: true });
  const sum = await copied(from, draft, file.length);
  if (sum !== file.sha256) {
    await rm(draft, { force: true });
    throw new Error(`${from} is not the file that is signed`);
  }
  await rename(draft, to);
  return to;
}

/** Removes all but these. */
export async function forget(folder: string, keep: readonly string[]): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (!keep.includes(name)) await rm(join(folder, name), { force: true });
}

async function copied(from: string, to: string, length: number): Promise<string> {
  // Neither a link nor a pipe gets root to read something else.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const source = await open(from, flags);
  try {
    const state = await source.stat();
    if (!state.isFile() || state.size !== length) return '';
    const target = await open(to, 'wx', 0o600);
    try {
      const sum = await passed(source, length, (bytes) => target.writeFile(bytes));
      await target.sync();
      return sum;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

type Source = Awaited<ReturnType<typeof open>>;

async function passed(
  source: Source,
  length: number,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(Math.min(PIECE, length + 1));
  let at = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return at === length ? hash.digest('hex') : '';
    at += bytesRead;
    if (at > length) return '';
    hash.update(buffer.subarray(0, bytesRead));
    await take(buffer.subarray(0, bytesRead));
  }
}

async function sumOf(path: string, length: number): Promise<string> {
  const source = await open(path, 'r').catch(() => undefined);
  if (source === undefined) return '';
  return passed(source, length, () => Promise.resolve()).finally(() => source.close());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
