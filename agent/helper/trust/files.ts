/**
 * Files of releases under root's own names: copied out of the agent's reach first, then measured
 * against what is signed.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseFile } from '../../../protocol/release.ts';
import { renameDurably } from '../../io/updates/durable.ts';
import { openBelow } from './open-below.ts';

const PIECE = 1_048_576;
/** What a copy leaves free for the rest of the machine. */
const RESERVE_BYTES = 16 * 1024 * 1024;

/** Where they are: the agent's, and root's. */
export interface Shelves {
  /** The agent's data folder. */
  readonly data: string;
  readonly own: string;
}

/** The path under root's own name; rejects when it is not what is signed. */
export async function takenOver(shelves: Shelves, file: ReleaseFile): Promise<string> {
  const to = join(shelves.own, file.sha256);
  if ((await sumOf(to, file.length)) === file.sha256) return to;
  await mkdir(shelves.own, { recursive: true, mode: 0o700 });
  const draft = `${to}.new`;
  await rm(draft, { force: true });
  try {
    await copied(shelves, draft, file);
    await renameDurably(draft, to);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  return to;
}

/** Removes all but these, also what a cut left. */
export async function forget(own: string, keep: readonly string[]): Promise<void> {
  const names = await readdir(own).catch(() => []);
  for (const name of names) if (!keep.includes(name)) await rm(join(own, name), { force: true });
}

async function copied({ data, own }: Shelves, to: string, file: ReleaseFile): Promise<void> {
  const { sha256, length, path } = file;
  const opened = await openBelow(data, ['updates', 'files', sha256]);
  if (opened.kind === 'missing') throw new Error(`${path} was not fetched`);
  if (opened.kind === 'odd') throw attack('wrong-target', path, opened.why);
  const source = opened.file;
  try {
    // Looked at before a byte is written: neither the disk nor the time is the agent's to fill.
    if (opened.size > length) throw attack('endless-data', path, `more than ${length} bytes`);
    if (opened.size < length) throw attack('wrong-target', path, `less than ${length} bytes`);
    await roomFor(own, length);
    const target = await open(to, 'wx', 0o600);
    try {
      const sum = await passed(source, length, (bytes) => target.writeFile(bytes));
      if (sum !== sha256) throw attack('arbitrary-software', path, 'its SHA-256 is another');
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function roomFor(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes + RESERVE_BYTES) return;
  const why = `${folder} has ${bavail * bsize} bytes free, ${bytes} and ${RESERVE_BYTES} to spare are needed`;
  throw Object.assign(new Error(why), { code: 'ENOSPC' });
}

async function passed(
  source: FileHandle,
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

function attack(name: string, path: string, why: string): Error {
  return new Error(`refused: attack: ${name}: ${path}: ${why}`);
}
