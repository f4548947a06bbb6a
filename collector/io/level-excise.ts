/**
 * Takes damaged tables out of a LevelDB folder whose list of files is sound: their intact blocks stay,
 * as a table of the same number in the same place, and no other table is touched. LevelDB's own repair
 * forgets which table is at which level, so that the next write merges the whole folder.
 *
 * A kill at any moment leaves a folder that is mended by doing the same again.
 */
import { copyFile, mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { salvageTable } from '../core/store/level-table.ts';
import { fileName, tableProblem } from './level-files.ts';
import { logOf } from './level-log.ts';
import { type ListedTable, type Manifest, manifestRecord } from './level-manifest.ts';

/**
 * What was left out, for people; `undefined` when all that the list names is there, has its size and is
 * not among the damaged tables. The list has to be the newest.
 */
export async function excise(
  path: string,
  manifest: Manifest,
  damaged: ReadonlySet<string>,
): Promise<string | undefined> {
  const files = await readdir(path);
  const tables = new Map(manifest.tables);
  const done: string[] = [];
  for (const [number, table] of manifest.tables) {
    const name = fileName(number, 'ldb');
    const kept = files.includes(name)
      ? await keep(path, name, damaged.has(name), table)
      : { said: `${name} is missing` };
    if (kept === undefined) continue;
    if (kept.table === undefined) tables.delete(number);
    else tables.set(number, kept.table);
    done.push(kept.said);
  }
  if (lacksLog(manifest, new Set(files))) done.push(`${fileName(manifest.log, 'log')} is missing`);
  if (done.length === 0) return undefined;
  await writeList(path, { ...manifest, tables }, files);
  return done.join(', ');
}

/**
 * A list of earlier names files that were thrown away since, and does not know those that took their
 * place: LevelDB would delete them.
 */
export function isNewest(manifest: Manifest, files: readonly string[]): boolean {
  const there = new Set(files);
  const { tables, merged } = manifest;
  const named = new Set([...tables.keys()].map((number) => fileName(number, 'ldb')));
  if (!lacksLog(manifest, there) && [...named].every((name) => there.has(name))) return true;
  const known = (name: string) => named.has(name) || merged.has(Number.parseInt(name, 10));
  return files.every((name) => !/\.(ldb|sst)$/.test(name) || known(name));
}

function lacksLog({ log }: Manifest, files: ReadonlySet<string>): boolean {
  return log > 0 && !files.has(fileName(log, 'log'));
}

interface Kept {
  readonly table?: ListedTable;
  readonly said: string;
}

/** Puts what is intact in the place of a damaged table, which goes to `lost/`, as LevelDB's repair does. */
async function keep(
  path: string,
  name: string,
  damaged: boolean,
  table: ListedTable,
): Promise<Kept | undefined> {
  if (!damaged && (await stat(join(path, name))).size === table.size) return undefined;
  const bytes = await readFile(join(path, name));
  // Cut off behind this step: it is mended, but the list has the size from before.
  if (tableProblem(bytes) === undefined)
    return { table: { ...table, size: bytes.length }, said: `${name} was mended before` };
  await mkdir(join(path, 'lost'), { recursive: true });
  const salvage = salvageTable(bytes);
  if (salvage === undefined) {
    await rename(join(path, name), join(path, 'lost', name));
    return { said: `${name} left out` };
  }
  await copyFile(join(path, name), join(path, 'lost', name));
  await replace(path, name, salvage.bytes);
  const { leftOut, blocks } = salvage;
  return {
    table: { ...table, size: salvage.bytes.length },
    said: `${leftOut} of ${leftOut + blocks} blocks of ${name} left out`,
  };
}

/** Under a number that no list has; LevelDB's next one is above all. */
async function writeList(path: string, manifest: Manifest, files: readonly string[]) {
  let number = 1;
  while (files.includes(listName(number))) number++;
  await replace(path, listName(number), logOf(manifestRecord(manifest)));
  await replace(path, 'CURRENT', Buffer.from(`${listName(number)}\n`));
}

function listName(number: number): string {
  return `MANIFEST-${String(number).padStart(6, '0')}`;
}

/** Durable under its name, or not there at all. LevelDB deletes what is left of such a file. */
async function replace(path: string, name: string, bytes: Buffer): Promise<void> {
  const temporary = join(path, '000000.dbtmp');
  const file = await open(temporary, 'w');
  await file
    .writeFile(bytes)
    .then(() => file.sync())
    .finally(() => file.close());
  await rename(temporary, join(path, name));
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}
