/**
 * Which records one file of a LevelDB folder may cost, by an independent road. A table: it is taken
 * away from a whole copy, LevelDB's own repair rebuilds the rest, and what is not there is its reach.
 * A log: what it holds, since a table that was being made of it at the kill is found by a repair
 * and not by an opening.
 */
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { readRecordKey } from '../../../agent/io/buffer/keys.ts';
import type { Job } from './side.ts';

export async function reachOf(
  { base, state, file }: Job,
  name: string,
): Promise<ReadonlySet<string>> {
  const cache = join(base, 'reach', state, `${file.replaceAll('/', '_')}.json`);
  const known = await readFile(cache, 'utf8').catch(() => undefined);
  if (known !== undefined) return new Set(JSON.parse(known) as string[]);
  const scratch = join(base, 'reach-scratch');
  const reach = await reachIn(scratch, join(base, state), file, name);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(dirname(cache), { recursive: true });
  await writeFile(cache, JSON.stringify(reach));
  return new Set(reach);
}

async function reachIn(
  scratch: string,
  state: string,
  file: string,
  name: string,
): Promise<string[]> {
  if (name.endsWith('.log')) {
    await mkdir(scratch);
    await copyFile(join(state, file), join(scratch, name));
    return keysOf(scratch);
  }
  // Neither the list of tables nor LevelDB's diary holds records.
  if (!name.endsWith('.ldb')) return [];
  await cp(state, scratch, { recursive: true });
  const level = dirname(join(scratch, file));
  const all = await keysOf(await copied(level, `${level}-all`));
  await rm(join(scratch, file));
  const left = new Set(await keysOf(level));
  return all.filter((key) => !left.has(key));
}

async function copied(from: string, to: string): Promise<string> {
  await cp(from, to, { recursive: true });
  return to;
}

async function keysOf(path: string): Promise<string[]> {
  if ((await readdir(path)).length === 0) return [];
  await ClassicLevel.repair(path);
  const db = new ClassicLevel<Buffer, Buffer>(path, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  const keys: string[] = [];
  for await (const key of db.keys()) {
    const place = readRecordKey(key);
    if (place !== undefined) keys.push(`${place.epoch}/${place.number}`);
  }
  await db.close();
  return keys;
}
