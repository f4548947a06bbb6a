/** What may be done in a folder that is held open: everything by name within it, nothing by path. */
import { rename, rmdir, unlink } from 'node:fs/promises';
import type { TreeFolder } from '../../ports/maintenance.ts';
import { codeOf } from './codes.ts';
import type { HeldFolder } from './held-folder.ts';
import { compressFile, copyAndEmpty } from './log-files.ts';

export function treeFolder(held: HeldFolder): TreeFolder {
  return {
    remove: (name) => did(unlink(held.at(name)), ['ENOENT', 'EISDIR']),
    removeFolder: (name) =>
      did(rmdir(held.at(name)), ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY']),
    async rename(from, to) {
      await refuseIfThere(held, to);
      await rename(held.at(from), held.at(to));
    },
    compress: (from, to, signal) => compressFile(held, from, to, signal),
    copyAndEmpty: (from, to, signal) => copyAndEmpty(held, from, to, signal),
  };
}

async function refuseIfThere(held: HeldFolder, name: string): Promise<void> {
  if (await did(held.stat(name), ['ENOENT'])) throw new Error(`${name} is there already`);
}

/** False for what `expected` names; every other failure is one. */
async function did(act: Promise<unknown>, expected: readonly string[]): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    if (expected.includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}
