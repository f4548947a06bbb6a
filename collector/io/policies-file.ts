/** The file of on-call policies, and the key of signed links, on disk. */
import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoliciesFile } from '../ports/oncall.ts';

/** Far above any sensible file; keeps a wrong path (a log, a disk image) from being parsed. */
const MAX_FILE_BYTES = 1_048_576;
const KEY_BYTES = 32;

export function policiesFile(path: string): PoliciesFile {
  return {
    async read() {
      try {
        const file = await open(path, 'r');
        try {
          const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
          const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
          if (bytesRead > MAX_FILE_BYTES) throw new Error(`is over ${MAX_FILE_BYTES} bytes`);
          return { path, text: buffer.toString('utf8', 0, bytesRead) };
        } finally {
          await file.close();
        }
      } catch (error) {
        throw new Error(`${path} ${reason(error)}`, { cause: error });
      }
    },
  };
}

/** The key of signed links: made at the first start, readable by this user alone. */
export async function linkKey(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'acknowledge.key');
  const known = await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${path} ${reason(error)}`, { cause: error });
  });
  // One of another length is what a crash left of its writing.
  if (known?.length === KEY_BYTES) return known;
  const key = randomBytes(KEY_BYTES);
  const file = await open(path, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  return code === 'EISDIR' ? 'is a folder' : `cannot be read (${message})`;
}
