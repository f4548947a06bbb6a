/** The folder of update locks: each file in it is one application's (`Locks` of `ports/updates.ts`). */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockFile } from '../../core/updates/lock.ts';
import type { Locks } from '../../ports/updates.ts';
import { unlessMissing } from './durable.ts';

const MOST_LOCKS = 64;
const MOST_TEXT = 120;

export function createLocks(folder: string, wall: () => number): Locks {
  return {
    async held() {
      const names = (await readdir(folder).catch(unlessMissing)) ?? [];
      const locks = names.slice(0, MOST_LOCKS).map((name) => look(folder, name, wall()));
      return (await Promise.all(locks)).flatMap((one) => one ?? []);
    },
  };
}

async function look(folder: string, name: string, now: number): Promise<LockFile | undefined> {
  const path = join(folder, name);
  try {
    const found = await stat(path);
    if (!found.isFile()) return undefined;
    return { name: printable(name), text: await firstLine(path), ageMs: now - found.mtimeMs };
  } catch (error) {
    return unlessMissing(error);
  }
}

/** For people alone; a lock that may not be read is held all the same. */
async function firstLine(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_TEXT), 0, MOST_TEXT, 0);
    return printable(buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '');
  } finally {
    await file.close();
  }
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MOST_TEXT);
}
