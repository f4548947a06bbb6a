/** The roots of trust that came with the installation: two files in one folder. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_BYTES } from '../../../protocol/tuf/metadata.ts';
import type { Roots } from '../../ports/trust.ts';

const ROOT_FILES = { director: 'director.root.json', release: 'release.root.json' } as const;

export async function readRoots(folder: string): Promise<Roots> {
  const found = { director: '', release: '' };
  for (const repository of ['director', 'release'] as const) {
    const path = join(folder, ROOT_FILES[repository]);
    const read = await text(path);
    if ('why' in read) return { ok: false, why: `${path} ${read.why}` };
    found[repository] = read.text;
  }
  return { ok: true, ...found };
}

async function text(path: string): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_BYTES.root + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_BYTES.root) return { why: 'is too long for a root' };
      return { text: buffer.toString('utf8', 0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { why: 'is missing' };
    return { why: code === 'EACCES' ? 'may not be read by this user' : message };
  }
}
