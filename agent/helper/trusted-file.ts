/**
 * Reads a file that decides what root does: it and every folder above it must be writable by root
 * alone (or by the helper's own user, where that is not root), and no link may lead to it.
 */
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

type Read =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

const MAX_FILE_BYTES = 262_144;
const STICKY = 0o1000;
const OTHERS_MAY_WRITE = 0o022;

export async function readTrusted(path: string): Promise<Read> {
  const whole = resolve(path);
  try {
    for (let folder = dirname(whole); ; folder = dirname(folder)) {
      const state = await lstat(folder);
      if (!state.isDirectory()) return no(folder, 'is not a folder (links are not followed)');
      // In a sticky folder nobody can replace what is not theirs.
      const why = distrust({ uid: state.uid, mode: (state.mode & STICKY) === 0 ? state.mode : 0 });
      if (why !== undefined) return no(folder, why);
      if (folder === dirname(folder)) break;
    }
    return await readFile(whole);
  } catch (error) {
    return no(whole, reason(error as NodeJS.ErrnoException));
  }
}

async function readFile(path: string): Promise<Read> {
  // Not blocking: a pipe in its place must not hold the helper.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const state = await file.stat();
    if (!state.isFile()) return no(path, 'is not a file');
    const why = distrust(state);
    if (why !== undefined) return no(path, why);
    if (state.size > MAX_FILE_BYTES) return no(path, `is over ${MAX_FILE_BYTES} bytes`);
    const buffer = Buffer.alloc(MAX_FILE_BYTES);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { ok: true, text: buffer.toString('utf8', 0, bytesRead) };
  } finally {
    await file.close();
  }
}

function distrust({ uid, mode }: { readonly uid: number; readonly mode: number }) {
  const me = process.geteuid?.() ?? 0;
  if (uid !== 0 && uid !== me) return `belongs to user ${uid}, not to root; chown root it`;
  if ((mode & OTHERS_MAY_WRITE) === 0) return undefined;
  return 'may be written by its group or by others; chmod go-w it';
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'ELOOP') return 'is a link, which is not followed';
  return code === 'EACCES' ? 'may not be read' : `cannot be read (${message})`;
}

function no(path: string, why: string): Read {
  return { ok: false, why: `${path} ${why}` };
}
