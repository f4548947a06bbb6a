/** Tables with damaged blocks: found by their checksums, and not left in a folder that is repaired. */
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { tableProblem } from './level-files.ts';
import { repairApart } from './level-repair.ts';

/** Tables that were found sound, by inode, size and time: LevelDB never changes one. */
const sound = new Set<string>();
const MOST_SOUND = 100_000;

/**
 * The first damaged table of a folder, and why. Each block is read the first time that this process
 * meets the table (some 1.5 ms for a MB): LevelDB does not look at checksums when it compacts, and a
 * damaged block may fail an assertion there and take the process down, at each start anew.
 */
export async function damagedTable(path: string): Promise<string | undefined> {
  const [first] = await damagedTables(path);
  return first === undefined ? undefined : `${first.name}: ${first.problem}`;
}

interface Damaged {
  readonly name: string;
  readonly problem: string;
}

async function damagedTables(path: string): Promise<Damaged[]> {
  const damaged: Damaged[] = [];
  for (const name of await tablesIn(path)) {
    const problem = await checkOnce(join(path, name));
    if (problem !== undefined) damaged.push({ name, problem });
  }
  return damaged;
}

async function tablesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.ldb'));
}

async function checkOnce(file: string): Promise<string | undefined> {
  const { ino, size, mtimeMs } = await stat(file);
  const name = `${ino}/${size}/${mtimeMs}`;
  if (sound.has(name)) return undefined;
  await setImmediate();
  const problem = tableProblem(await readFile(file));
  if (problem !== undefined) return problem;
  if (sound.size >= MOST_SOUND) sound.clear();
  sound.add(name);
  return undefined;
}

/**
 * LevelDB's repair keeps a table whose damaged block it takes for an empty one, or dies of it. Such a
 * table goes to `lost/` in the folder, where repair puts what it cannot use, and the rest is repaired.
 */
export async function mend(path: string): Promise<void> {
  const failure = await repairApart(path).then(
    () => undefined,
    (error: Error) => error,
  );
  const damaged = await damagedTables(path);
  if (damaged.length === 0) {
    if (failure === undefined) return;
    throw failure;
  }
  await mkdir(join(path, 'lost'), { recursive: true });
  for (const { name } of damaged) await rename(join(path, name), join(path, 'lost', name));
  await repairApart(path);
}
