/**
 * The buffer's folder on disk: one LevelDB at a time, in a subfolder with a number (a generation).
 *
 * A change of generation writes the new one in full before it renames the old one away, so the
 * lowest number is always the one that counts.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const GENERATION = /^\d{8}$/;
const LEFT_BEHIND = /^old-\d{8}$/;

export interface Folder {
  readonly path: string;
  readonly generation: number;
  /** There was no generation yet. */
  readonly fresh: boolean;
  /** When it was made, UTC milliseconds. */
  readonly born: number;
}

export function generationPath(folder: Folder, ahead = 0): string {
  return join(folder.path, String(folder.generation + ahead).padStart(8, '0'));
}

/** Finds the generation that counts and removes what a kill in the middle of a change left. */
export async function findFolder(path: string): Promise<Folder> {
  await mkdir(path, { recursive: true });
  const names = (await readdir(path)).sort();
  const [oldest, ...unfinished] = names.filter((name) => GENERATION.test(name));
  const rubbish = [...unfinished, ...names.filter((name) => LEFT_BEHIND.test(name))];
  for (const name of rubbish) await rm(join(path, name), { recursive: true, force: true });
  const { birthtimeMs } = await stat(path);
  const born = Math.round(birthtimeMs);
  return { path, generation: Number(oldest ?? 1), fresh: oldest === undefined, born };
}

/** Makes the next generation the one that counts. */
export async function advance(folder: Folder): Promise<Folder> {
  const left = join(folder.path, `old-${basename(generationPath(folder))}`);
  await rename(generationPath(folder), left);
  await rm(left, { recursive: true, force: true });
  return { ...folder, generation: folder.generation + 1, fresh: false };
}

/**
 * Sets a folder aside that cannot be opened, for people to look at: `<path>.damaged-<n>`. Only the
 * newest is kept, so that a dying disk is not filled with copies. Answers where it went.
 */
export async function quarantine(path: string): Promise<string> {
  const prefix = `${basename(path)}.damaged-`;
  const earlier = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  const last = Math.max(0, ...earlier.map((name) => Number(name.slice(prefix.length)) || 0));
  for (const name of earlier) await rm(join(dirname(path), name), { recursive: true, force: true });
  const target = join(dirname(path), `${prefix}${last + 1}`);
  try {
    await rename(path, target);
    return target;
  } catch {
    // A mount point cannot be renamed; then working again is worth more than the evidence.
    for (const name of await readdir(path)) {
      await rm(join(path, name), { recursive: true, force: true });
    }
    return 'nowhere: it could only be emptied';
  }
}

/** What the files of a folder take, those of its subfolders included. */
export async function bytesIn(path: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // A table may go away between the two.
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += found?.size ?? 0;
  }
  return bytes;
}
