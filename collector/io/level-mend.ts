/** Tables with damaged blocks: found by their checksums, and not left in a folder that is repaired. */
import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { excise, isNewest } from './level-excise.ts';
import { fileName, readList, tableProblem } from './level-files.ts';
import { repairApart } from './level-repair.ts';

/** Tables that were found sound, by inode, size and time: LevelDB never changes one. */
const sound = new Set<string>();
const MOST_SOUND = 100_000;

/**
 * The first damaged table of a folder, and why. Each block is read the first time that this process
 * meets the table (some 0.7 ms for a MB): LevelDB does not look at checksums when it compacts, and a
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
  const reader = new TableReader();
  for (const name of await tablesIn(path)) {
    const problem = await checkOnce(join(path, name), reader);
    if (problem !== undefined) damaged.push({ name, problem });
  }
  return damaged;
}

/** Others that lie there are what a killed process had not written to the end: LevelDB deletes them. */
async function tablesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const tables = names.filter((name) => name.endsWith('.ldb'));
  const list = readList(path);
  if (typeof list === 'string') return tables;
  const listed = new Set([...list.tables.keys()].map((number) => fileName(number, 'ldb')));
  return tables.filter((name) => listed.has(name));
}

async function checkOnce(file: string, reader: TableReader): Promise<string | undefined> {
  const name = await version(file);
  if (sound.has(name)) return undefined;
  await setImmediate();
  const problem = tableProblem(await reader.read(file));
  if (problem !== undefined) return problem;
  if (sound.size >= MOST_SOUND) sound.clear();
  sound.add(name);
  return undefined;
}

async function version(file: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(file);
  return `${ino}/${size}/${mtimeMs}`;
}

/** Reads one table after the other into the same memory: fresh memory costs more than reading. */
class TableReader {
  private memory = Buffer.alloc(0);

  /** Good until the next one is read. */
  async read(path: string): Promise<Buffer> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (this.memory.length < size) this.memory = Buffer.allocUnsafeSlow(size);
      let length = 0;
      while (length < size) {
        const { bytesRead } = await file.read(this.memory, length, size - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return this.memory.subarray(0, length);
    } finally {
      await file.close();
    }
  }
}

/**
 * Mends a folder with the least that has to go; what that was, for people. Where the list of files is
 * sound, damaged tables are taken out of it. Else LevelDB repairs, which keeps a table whose damaged
 * block it takes for an empty one, or dies of it.
 */
export async function mend(path: string): Promise<string> {
  return (await takeOut(path)) ?? (await repairWhole(path));
}

async function takeOut(path: string): Promise<string | undefined> {
  const list = readList(path);
  if (typeof list === 'string' || !isNewest(list, await readdir(path))) return undefined;
  const known = await excise(path, list, await namesOfDamaged(path));
  if (known !== undefined) return known;
  // Something is wrong with a folder that looks sound: a table may have been damaged since it was read.
  for (const name of await tablesIn(path)) sound.delete(await version(join(path, name)));
  return excise(path, list, await namesOfDamaged(path));
}

async function namesOfDamaged(path: string): Promise<ReadonlySet<string>> {
  return new Set((await damagedTables(path)).map(({ name }) => name));
}

async function repairWhole(path: string): Promise<string> {
  const failure = await repairApart(path).then(
    () => undefined,
    (error: Error) => error,
  );
  const damaged = await damagedTables(path);
  if (failure === undefined) {
    const rest = damaged.length === 0 ? undefined : await takeOut(path);
    if (damaged.length === 0 || rest !== undefined)
      return `LevelDB repaired it${rest === undefined ? '' : `, ${rest}`}`;
  }
  if (failure !== undefined && damaged.length === 0) throw failure;
  await mkdir(join(path, 'lost'), { recursive: true });
  for (const { name } of damaged) await rename(join(path, name), join(path, 'lost', name));
  await repairApart(path);
  return `LevelDB repaired it without ${damaged.map(({ name }) => name).join(', ')}`;
}
