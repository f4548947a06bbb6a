/** What may happen to one file of a data folder; where a spot is random, the seed says which. */
import { existsSync } from 'node:fs';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { Random } from '../pipeline/random.ts';

export interface Damage {
  readonly name: string;
  /** Changes the file; `older` is where the same file of an earlier copy would be. */
  apply(file: string, older: string, random: Random): Promise<void>;
}

async function change(file: string, edit: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(file);
  edit(bytes);
  await writeFile(file, bytes);
}

const cut = (name: string, length: (size: number) => number): Damage => ({
  name: `cut-${name}`,
  apply: async (file) => {
    const { length: size } = await readFile(file);
    if (size > 0) await truncate(file, Math.min(size, Math.max(0, Math.floor(length(size)))));
  },
});

const flip = (name: string, from: number, to: number): Damage => ({
  name: `bit-${name}`,
  apply: (file, _older, random) =>
    change(file, (bytes) => {
      if (bytes.length === 0) return;
      const at = Math.min(
        bytes.length - 1,
        Math.floor(bytes.length * (from + (to - from) * random.next())),
      );
      bytes[at] = (bytes[at] as number) ^ (1 << random.between(0, 7));
    }),
});

export const DAMAGES: readonly Damage[] = [
  cut('0', () => 0),
  cut('1', () => 1),
  cut('quarter', (size) => size / 4),
  cut('half', (size) => size / 2),
  cut('three-quarters', (size) => (size * 3) / 4),
  cut('last-byte', (size) => size - 1),
  {
    name: 'zeroed-head',
    apply: (file) => change(file, (bytes) => void bytes.subarray(0, 4_096).fill(0)),
  },
  {
    name: 'zeroed-middle',
    apply: (file) =>
      change(file, (bytes) => {
        const from = Math.floor(bytes.length * 0.4);
        bytes.subarray(from, Math.max(from + 1, Math.floor(bytes.length * 0.6))).fill(0);
      }),
  },
  { name: 'zeroed-all', apply: (file) => change(file, (bytes) => void bytes.fill(0)) },
  flip('first-third', 0, 1 / 3),
  flip('second-third', 1 / 3, 2 / 3),
  flip('last-third', 2 / 3, 1),
  { name: 'deleted', apply: (file) => rm(file) },
  {
    name: 'older',
    apply: async (file, older) => {
      if (existsSync(older)) await cp(older, file);
    },
  },
];

/** Hash of the words, so that each case draws from a generator of its own. */
export function seedOf(seed: number, ...words: readonly string[]): number {
  let hash = seed >>> 0;
  for (const char of words.join('\0'))
    hash = (Math.imul(hash ^ char.charCodeAt(0), 0x01000193) + 1) >>> 0;
  return hash;
}

export function damageRandom(seed: number, ...words: readonly string[]): Random {
  return new Random(seedOf(seed, ...words));
}
