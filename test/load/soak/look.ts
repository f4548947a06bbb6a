/** What the kernel and the disk say of a process under test at one instant. */
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { memoryOf } from '../agent/proc.ts';
import type { Heap } from './heap.ts';

export interface Look {
  readonly rssMb: number;
  /** Memory that no file backs: RSS also counts tables that LevelDB maps, as many as there are. */
  readonly anonymousMb: number;
  readonly heapMb: number;
  readonly externalMb: number;
  /** Open files, but for LevelDB's tables. */
  readonly descriptors: number;
  /** LevelDB keeps up to a thousand of each folder open. */
  readonly tables: number;
}

export function lookAt(pid: number, heap: Heap | undefined): Look {
  const open = linksOf(pid);
  const tables = open.filter((path) => /\.(ldb|sst)( \(deleted\))?$/.test(path)).length;
  return {
    ...memoryOf(pid),
    heapMb: (heap?.usedBytes ?? Number.NaN) / 2 ** 20,
    externalMb: (heap?.externalBytes ?? Number.NaN) / 2 ** 20,
    descriptors: open.length - tables,
    tables,
  };
}

function linksOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      // Closed while we look.
      return [];
    }
  });
}

export function bytesIn(folder: string): number {
  try {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? bytesIn(path) : sizeOf(path));
    }, 0);
  } catch {
    return 0;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    // Removed while we look, as LevelDB does.
    return 0;
  }
}
