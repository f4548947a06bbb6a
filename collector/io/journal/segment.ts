/** Segment files: their names, how one is begun, listed and removed. */
import { randomInt } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Segment {
  readonly path: string;
  /** The number of its first record, whether or not that record can still be read. */
  readonly firstSeq: number;
  /** Starts every record; in the name so that no damage inside the file can hide it. */
  readonly salt: number;
  /** Of the file, as far as records were written. */
  bytes: number;
}

/** A write is on disk when it returns: one wait for a thread and the loop, not two. */
const { O_CREAT, O_DSYNC, O_EXCL, O_RDWR, O_WRONLY } = constants;

const NAME = /^(\d{16})-([0-9a-f]{8})\.log$/;

/** All segments in order; other files in the folder are left alone. */
export async function listSegments(dir: string): Promise<Segment[]> {
  await mkdir(dir, { recursive: true });
  const found: Segment[] = [];
  for (const name of (await readdir(dir)).sort()) {
    const [, seq, salt] = NAME.exec(name) ?? [];
    if (seq === undefined || salt === undefined) continue;
    const path = join(dir, name);
    const { size } = await stat(path);
    found.push({ path, firstSeq: Number(seq), salt: Number.parseInt(salt, 16), bytes: size });
  }
  return found;
}

export interface OpenSegment {
  readonly segment: Segment;
  readonly file: FileHandle;
}

/** A new empty segment whose name is on disk before this resolves. */
export async function beginSegment(dir: string, firstSeq: number): Promise<OpenSegment> {
  const salt = randomInt(1, 2 ** 32);
  const name = `${String(firstSeq).padStart(16, '0')}-${salt.toString(16).padStart(8, '0')}.log`;
  const path = join(dir, name);
  const file = await open(path, O_CREAT | O_EXCL | O_WRONLY | O_DSYNC);
  try {
    await syncFolder(dir);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { segment: { path, firstSeq, salt, bytes: 0 }, file };
}

/** An existing segment, to go on at its end. */
export function resumeSegment(path: string): Promise<FileHandle> {
  return open(path, O_RDWR | O_DSYNC);
}

/** Names are data of the folder: without this a power cut may take a whole new file. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
