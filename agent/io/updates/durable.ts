/** Writes that are there after a power cut once they resolve. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncPath(dirname(to));
}

/**
 * Makes folders whose names are there after a power cut. One that is here already may have lost its
 * sync in an earlier life, so the first time all names above are synced too; a folder above that
 * may not be read is somebody else's, and was there before us.
 */
export class Folders {
  readonly #safe = new Set<string>();

  async make(path: string, mode: number): Promise<void> {
    const made = await mkdir(path, { recursive: true, mode });
    if (made !== undefined) this.#safe.clear();
    for (let at = path; !this.#safe.has(at) && at !== dirname(at); at = dirname(at)) {
      await syncPath(dirname(at)).catch(unlessForeign);
      this.#safe.add(at);
    }
  }
}

function unlessForeign(error: unknown): void {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM') throw error;
}

export function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
