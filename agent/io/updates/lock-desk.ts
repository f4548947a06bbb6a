/** Update locks by hand: `LockDesk` of `ports/world.ts`. */
import { chown, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockDesk } from '../../ports/world.ts';

export function createLockDesk(data: string): LockDesk {
  const folder = join(data, 'updates', 'locks');
  return {
    async hold(name, reason) {
      await made(data, [join(data, 'updates'), folder]);
      const file = await open(join(folder, name), 'w', 0o644);
      try {
        await file.writeFile(`${reason.replaceAll(/\s+/g, ' ')}\n`);
      } finally {
        await file.close();
      }
    },
    async release(name) {
      try {
        await rm(join(folder, name));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
  };
}

/** Folders that root makes belong to the agent all the same: it writes beside them. */
async function made(data: string, folders: readonly string[]): Promise<void> {
  const { uid, gid } = await stat(data);
  for (const folder of folders) {
    try {
      await mkdir(folder, { mode: 0o750 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    if (process.geteuid?.() === 0) await chown(folder, uid, gid);
  }
}
