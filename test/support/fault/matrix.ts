/** The damage matrix: each file of each state of a folder, with each damage. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Random } from '../pipeline/random.ts';
import { DAMAGES, damageRandom, seedOf } from './damages.ts';
import type { Side, Trial } from './side.ts';
import type { TrialProcess } from './trial-process.ts';

export interface Case {
  readonly state: string;
  readonly file: string;
  readonly damage: string;
}

/** `same`: the damage left the file as it was (there is no older copy, it was empty). */
export type Outcome = Trial | 'same';

/** All cases in an order that the folder gives, so that a seed picks the same ones again. */
export async function casesOf(side: Side, base: string, glob: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const state of side.states) {
    for (const file of await filesOf(join(base, state))) {
      if (!matches(file, glob)) continue;
      for (const { name } of DAMAGES) cases.push({ state, file, damage: name });
    }
  }
  return cases;
}

/** So many of the cases, drawn by the seed; all of them, in order, when there are not more. */
export function sample(cases: readonly Case[], count: number, seed: number): Case[] {
  if (count >= cases.length) return [...cases];
  const random = new Random(seedOf(seed, 'sample'));
  const left = [...cases];
  return Array.from({ length: count }, () => {
    const at = random.between(0, left.length - 1);
    return left.splice(at, 1)[0] as Case;
  });
}

export async function runCase(
  side: Side,
  base: string,
  one: Case,
  seed: number,
  process: TrialProcess,
): Promise<Outcome> {
  const path = join(base, 'case');
  await rm(path, { recursive: true, force: true });
  await cp(join(base, one.state), path, { recursive: true });
  const file = join(path, one.file);
  const before = await readFile(file);
  const damage = DAMAGES.find(({ name }) => name === one.damage);
  await damage?.apply(
    file,
    join(base, 'older', one.file),
    damageRandom(seed, one.state, shape(one.file), one.damage),
  );
  const after = await readFile(file).catch(() => undefined);
  if (after?.equals(before) === true) return 'same';
  return process.try(side.name, { path, base, ...one });
}

/** What a file is, without the numbers in its name: `store/parts/<day>/<n>.ldb`. */
export function shape(file: string): string {
  return file
    .replace(/\d{4}-\d\d-\d\d/, '<day>')
    .replace(/\d{4}-\d\d(?=\/)/, '<month>')
    .replace(/\d{16}-[0-9a-f]{8}/, '<n>')
    .replace(/\d{16}-\d{8}/, '<n>')
    .replace(/\d{6,}/g, '<n>');
}

async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort();
}

function matches(file: string, glob: string): boolean {
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(pattern).test(file);
}
