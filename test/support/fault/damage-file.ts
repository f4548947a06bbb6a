/** One file of a folder, damaged somewhere. */
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../pipeline/random.ts';

export type Way = 'flip' | 'truncate' | 'zero' | 'delete';

/** All files below a folder, in an order of their own. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** `zero` reaches to the file's end. */
export async function damageFile(file: string, way: Way, random: Random): Promise<void> {
  if (way === 'delete') return rm(file);
  const { size } = await stat(file);
  if (way === 'truncate') return truncate(file, random.between(0, size));
  const bytes = await readFile(file);
  if (bytes.length === 0) return;
  if (way === 'zero') bytes.fill(0, random.between(0, bytes.length - 1));
  else flip(bytes, random.between(0, bytes.length - 1), random.between(0, 7));
  await writeFile(file, bytes);
}

function flip(bytes: Buffer, at: number, bit: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
}
