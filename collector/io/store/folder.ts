/**
 * Opens a LevelDB folder whatever state it is in: as it is, else repaired, else set aside under
 * another name with an empty one in its place. What is wrong with the disk rather than with the
 * folder (full, read-only, no file descriptors) is reported and changes nothing.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { ClassicLevel } from 'classic-level';
import { describe, StoreError } from '../../core/store/errors.ts';
import type { Log } from '../../ports.ts';
import { beginLog, droppedAtOpening, logProblem, manifestProblem } from '../level-files.ts';
import { damagedTable, mend } from '../level-mend.ts';

export type Level = ClassicLevel<Uint8Array, Uint8Array>;

export interface FolderSizes {
  readonly cacheSize: number;
  readonly writeBufferSize: number;
  /** LevelDB's own (snappy). Chunks are dense already. */
  readonly compression: boolean;
}

export interface OpenedFolder {
  readonly db: Level;
  readonly repaired: boolean;
  /** Where the damaged folder went, when it was beyond repair. */
  readonly setAside: string | undefined;
}

const NOT_DAMAGE =
  /No space left|Read-only file system|Permission denied|Too many open files|Cannot allocate|Disk quota|File too large/i;

/** How to open a folder: as it is, after a repair, or an empty one in its place. */
export type Treatment = 'open' | 'repair' | 'set-aside';

export async function openFolder(
  path: string,
  sizes: FolderSizes,
  log: Log,
  treatment: Treatment = 'open',
): Promise<OpenedFolder> {
  mkdirQuiet(path);
  let reason = treatment === 'open' ? await findDamage(path) : 'LevelDB could not read it';
  if (reason === undefined) {
    const torn = logProblem(path);
    try {
      const db = await open(path, sizes);
      const lost = droppedAtOpening(path) ?? torn;
      if (lost !== undefined)
        log.warn('damaged folder: its newest entries may be lost', { path, reason: lost });
      return { db, repaired: lost !== undefined, setAside: undefined };
    } catch (error) {
      refuseUnlessDamaged(path, error);
      reason = describe(error);
    }
  }
  if (treatment !== 'set-aside') {
    log.warn('damaged folder: trying to repair it', { path, reason });
    try {
      const done = await mend(path);
      const db = await open(path, sizes);
      log.warn('damaged folder: repaired', { path, done });
      return { db, repaired: true, setAside: undefined };
    } catch (error) {
      refuseUnlessDamaged(path, error);
    }
  }
  const setAside = freeName(path);
  renameSync(path, setAside);
  log.error('folder is beyond repair: set aside, an empty one takes its place', { path, setAside });
  mkdirQuiet(path);
  return { db: await open(path, sizes), repaired: false, setAside };
}

/** Whether an error of LevelDB speaks of the folder rather than of the disk. */
export function isDamage(error: unknown): boolean {
  if (error instanceof StoreError) return false;
  const text = describe(error);
  return /Corruption|IO error|LEVEL_CORRUPTION|LEVEL_IO_ERROR/.test(text) && !NOT_DAMAGE.test(text);
}

async function open(path: string, sizes: FolderSizes): Promise<Level> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    maxOpenFiles: 100,
    maxFileSize: 8 * 1024 * 1024,
    ...sizes,
  });
  await db.open();
  await beginLog(db);
  return db;
}

/** What LevelDB itself would notice late, or never. */
async function findDamage(path: string): Promise<string | undefined> {
  const listed = manifestProblem(path);
  return listed ?? damagedTable(path);
}

function refuseUnlessDamaged(path: string, error: unknown): void {
  const text = describe(error);
  if (/LOCK|already held|LEVEL_LOCKED/.test(text) && !NOT_DAMAGE.test(text)) {
    throw new StoreError('in-use', path, error);
  }
  if (NOT_DAMAGE.test(text)) throw new StoreError('unreadable', path, error);
}

function mkdirQuiet(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new StoreError('unreadable', path, error);
  }
}

function freeName(path: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${path}.damaged-${n}`)) return `${path}.damaged-${n}`;
}
