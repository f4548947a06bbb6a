/** One file spoilt, in all the ways that flash and file systems know. */

import { existsSync } from 'node:fs';
import { cp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Damage {
  readonly name: string;
  apply(file: string, older: string): Promise<void>;
}

async function change(file: string, edit: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(file);
  edit(bytes);
  await writeFile(file, bytes);
}

async function cut(file: string, share: number): Promise<void> {
  const { length } = await readFile(file);
  await truncate(file, Math.floor(length * share));
}

const flip = (share: number): Damage => ({
  name: `a bit flipped at ${share * 100} %`,
  apply: (file) =>
    change(file, (bytes) => {
      const at = Math.floor((bytes.length - 1) * share);
      if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ 0x10;
    }),
});

export const DAMAGES: readonly Damage[] = [
  { name: 'emptied', apply: (file) => truncate(file, 0) },
  { name: 'cut at a third', apply: (file) => cut(file, 1 / 3) },
  {
    name: 'cut by one byte',
    apply: (file) => cutLast(file),
  },
  { name: 'zeroed', apply: (file) => change(file, (bytes) => bytes.fill(0)) },
  {
    name: 'a page zeroed',
    apply: (file) =>
      change(file, (bytes) =>
        bytes
          .subarray(bytes.length >> 1)
          .subarray(0, 4096)
          .fill(0),
      ),
  },
  flip(0),
  flip(0.1),
  flip(0.5),
  flip(0.9),
  flip(1),
  { name: 'deleted', apply: (file) => rm(file) },
  {
    name: 'swapped for an older copy',
    apply: async (file, older) => {
      if (existsSync(older)) await cp(older, file);
      else await rm(file);
    },
  },
];

async function cutLast(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  const { size } = await handle.stat();
  await handle.truncate(Math.max(0, size - 1));
  await handle.close();
}

export function inGeneration(path: string, file: string): string {
  return join(path, '00000001', file);
}
