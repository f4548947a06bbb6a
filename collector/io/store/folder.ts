/**
 * Opens a LevelDB folder whatever state it is in: as it is, else repaired, else set aside under
 * another name with an empty one in its place. What is wrong with the disk rather than with the
 * folder (full, read-only, no file descriptors) is reported and changes nothing.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, StoreError } from '../../core/store/errors.ts';
import { checkTableEnd } from '../../core/store/level-format.ts';
import type { Log } from '../../ports.ts';
import { repairApart } from '../level-repair.ts';

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

/** Enough for the index of a table of 8 MB. */
const END_BYTES = 256 * 1024;

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
  let reason = treatment === 'open' ? findDamage(path) : 'LevelDB could not read it';
  if (reason === undefined) {
    try {
      return { db: await open(path, sizes), repaired: false, setAside: undefined };
    } catch (error) {
      refuseUnlessDamaged(path, error);
      reason = describe(error);
    }
  }
  if (treatment !== 'set-aside') {
    log.warn('damaged folder: trying to repair it', { path, reason });
    try {
      await repairApart(path);
      return { db: await open(path, sizes), repaired: true, setAside: undefined };
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
  return db;
}

/** What LevelDB itself would notice late, or never. */
function findDamage(path: string): string | undefined {
  const files = readdirSync(path);
  // Such a folder would be taken for a new one, and the tables in it deleted.
  if (
    !files.includes('CURRENT') &&
    files.some((file) => /\.(ldb|sst|log)$|^MANIFEST-/.test(file))
  ) {
    return 'CURRENT is missing';
  }
  for (const file of files.filter((name) => name.endsWith('.ldb'))) {
    const bad = checkEnd(join(path, file));
    if (bad !== undefined) return `${file}: ${bad}`;
  }
  return undefined;
}

/** The end of a table tells whether it is whole, and where its blocks are. */
function checkEnd(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const end = Buffer.alloc(Math.min(size, END_BYTES));
    readSync(descriptor, end, 0, end.length, size - end.length);
    return checkTableEnd(end, size - end.length);
  } finally {
    closeSync(descriptor);
  }
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
