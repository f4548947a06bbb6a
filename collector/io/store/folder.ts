/**
 * Opens a LevelDB folder whatever state it is in: as it is, else repaired, else set aside under
 * another name with an empty one in its place. What is wrong with the disk rather than with the
 * folder (full, read-only, no file descriptors) is reported and changes nothing.
 */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { ClassicLevel } from 'classic-level';
import { describe, StoreError } from '../../core/store/errors.ts';
import type { Log } from '../../ports.ts';

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
  /No space left|Read-only file system|Permission denied|Too many open files|Cannot allocate|Disk quota|Input\/output error/i;

export async function openFolder(
  path: string,
  sizes: FolderSizes,
  log: Log,
): Promise<OpenedFolder> {
  mkdirQuiet(path);
  let reason: unknown = lacksCurrent(path) ? new Error('CURRENT is missing') : undefined;
  if (reason === undefined) {
    try {
      return { db: await open(path, sizes), repaired: false, setAside: undefined };
    } catch (error) {
      refuseUnlessDamaged(path, error);
      reason = error;
    }
  }
  log.warn('damaged folder: trying to repair it', { path, reason: describe(reason) });
  try {
    await ClassicLevel.repair(path);
    return { db: await open(path, sizes), repaired: true, setAside: undefined };
  } catch (error) {
    refuseUnlessDamaged(path, error);
  }
  const setAside = freeName(path);
  renameSync(path, setAside);
  log.error('folder is beyond repair: set aside, an empty one takes its place', { path, setAside });
  mkdirQuiet(path);
  return { db: await open(path, sizes), repaired: false, setAside };
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

/** LevelDB would take such a folder for a new one, and delete the tables in it. */
function lacksCurrent(path: string): boolean {
  const files = readdirSync(path);
  return (
    !files.includes('CURRENT') && files.some((file) => /\.(ldb|sst|log)$|^MANIFEST-/.test(file))
  );
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

export function freeName(path: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${path}.damaged-${n}`)) return `${path}.damaged-${n}`;
}
