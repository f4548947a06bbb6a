/** Opening LevelDB with little memory, and the looks at its files that LevelDB itself spares. */
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchOperation, ClassicLevel } from 'classic-level';
import { repairApart } from './level-repair.ts';

export type Level = ClassicLevel<Buffer, Buffer>;
export type Operation = BatchOperation<Level, Buffer, Buffer>;

export const WRITE_BUFFER_BYTES = 1_048_576;

/**
 * The agent has 18 MB in all: a small memtable, hardly any block cache (each record is read once),
 * and LevelDB's smallest table files, so that little is rewritten beside what was freed.
 */
const OPTIONS = {
  keyEncoding: 'buffer',
  valueEncoding: 'buffer',
  writeBufferSize: WRITE_BUFFER_BYTES,
  cacheSize: 131_072,
  maxFileSize: 1_048_576,
  maxOpenFiles: 74,
} as const;

export async function openLevel(path: string): Promise<Level> {
  const level = new ClassicLevel<Buffer, Buffer>(path, OPTIONS);
  await level.open();
  return level;
}

/** Rebuilds the list of tables from the tables; what it could not read is not kept. */
export async function repairLevel(path: string): Promise<void> {
  await repairApart(path);
  await rm(join(path, 'lost'), { recursive: true, force: true });
}

/**
 * Damage that LevelDB would answer by deleting data without a word: without `CURRENT` it begins
 * anew, and an empty manifest list hides tables.
 */
export async function looksBroken(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  if (!(await stat(path)).isDirectory()) return 'it is not a folder';
  const names = await readdir(path);
  if (names.length > 0 && !names.includes('CURRENT')) return 'CURRENT is missing';
  if (names.length > 0 && !names.some((name) => name.endsWith('.log'))) return 'no log is there';
  return tornManifest(path, names);
}

/** What stands in its last entry is a table that LevelDB would not know, and delete. */
async function tornManifest(path: string, names: readonly string[]): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const name = (await readFile(join(path, 'CURRENT'), 'utf8')).trim();
  if (!names.includes(name)) return undefined;
  return (await isTorn(join(path, name))) ? `${name} ends in the middle of an entry` : undefined;
}

const BLOCK = 32_768;
const HEAD = 7;

/**
 * The newest log must end with a whole entry: a killed process cannot leave half of one (each is
 * written at once), so half an entry means that the end of the file was lost. LevelDB takes it
 * for a crash and says nothing.
 */
export async function tornLog(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  const logs = (await readdir(path)).filter((name) => name.endsWith('.log')).sort();
  const newest = logs.at(-1);
  if (newest === undefined) return undefined;
  const file = join(path, newest);
  if ((await stat(file)).size === 0) return `${newest} is empty`;
  return (await isTorn(file)) ? `${newest} ends in the middle of an entry` : undefined;
}

async function isTorn(file: string): Promise<boolean> {
  const { size } = await stat(file);
  return !endsWhole(await readTail(file, size - (size % BLOCK), size));
}

async function readTail(file: string, from: number, to: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const tail = Buffer.alloc(to - from);
    await handle.read(tail, 0, tail.length, from);
    return tail;
  } finally {
    await handle.close();
  }
}

/** Entries within a block: checksum (4), length (2), type (1), data. */
function endsWhole(block: Buffer): boolean {
  let at = 0;
  let continues = false;
  while (block.length - at >= HEAD) {
    const type = block[at + 6] as number;
    if (type === 0 || type > 4) return false;
    continues = type === 2 || type === 3;
    at += HEAD + block.readUInt16LE(at + 4);
  }
  return !continues && at === block.length;
}

/**
 * LevelDB syncs only together with a write, and a write makes another page dirty: the files are
 * synced from outside instead. Tables it has synced itself, and logs that are gone are in tables.
 */
export async function syncLogs(path: string): Promise<void> {
  for (const name of (await readdir(path)).filter((one) => one.endsWith('.log'))) {
    try {
      const handle = await open(join(path, name), 'r');
      await handle.datasync().finally(() => handle.close());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** What LevelDB left out while opening. It goes on without a word to us, but it keeps a diary. */
export async function droppedWhileOpening(path: string): Promise<string | undefined> {
  try {
    const diary = await readFile(join(path, 'LOG'), 'utf8');
    return /^.*dropping \d+ bytes.*$/m.exec(diary)?.[0];
  } catch {
    return undefined;
  }
}
