/**
 * Opens a file below a folder that belongs to somebody else. No link is followed on the way, neither
 * for the file nor for a folder above it: each folder is opened from within the one before.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Not blocking: a pipe in its place must not hold the helper. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export type Opened =
  | { readonly kind: 'file'; readonly file: FileHandle; readonly size: number }
  | { readonly kind: 'missing' }
  /** A link, a pipe, a folder, or not to be read at all. */
  | { readonly kind: 'odd'; readonly why: string };

/** `base` is a word of the configuration file and may be a link; whoever gets a file closes it. */
export async function openBelow(base: string, names: readonly string[]): Promise<Opened> {
  let at: FileHandle | undefined;
  try {
    at = await open(base, constants.O_RDONLY | constants.O_DIRECTORY);
    for (const name of names.slice(0, -1)) {
      const next = await open(within(at, name), FOLDER);
      await at.close();
      at = next;
    }
    const file = await open(within(at, names.at(-1) ?? ''), FILE);
    const state = await file.stat();
    if (state.isFile()) return { kind: 'file', file, size: state.size };
    await file.close();
    return { kind: 'odd', why: 'it is no regular file' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'missing' };
    const isLink = code === 'ELOOP' || code === 'ENOTDIR';
    return { kind: 'odd', why: isLink ? 'a link is in the way, and none is followed' : message };
  } finally {
    await at?.close();
  }
}

/** The folder itself, whatever its path leads to by now. */
function within({ fd }: FileHandle, name: string): string {
  if (name === '' || name.includes('/') || name === '.' || name === '..') {
    throw Object.assign(new Error(`${name} is no name of a file`), { code: 'EINVAL' });
  }
  return `/proc/self/fd/${fd}/${name}`;
}
