/**
 * Which records one file of a LevelDB folder holds, and so may cost, by an independent road: LevelDB's
 * own repair of a folder with this file alone. Not what only this file holds: at a kill in the middle
 * of a merge others hold it too that an opening does not know, and a repair does.
 */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
  // Neither the list of tables nor LevelDB's diary holds records.
  if (!/\.(ldb|log)$/.test(name)) return [];
  await mkdir(scratch);
  await copyFile(join(state, file), join(scratch, name));
  return keysOf(scratch);
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
