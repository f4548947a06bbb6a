/** What a process that is killed at this moment would leave in a folder. */
import { cp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * LevelDB merges tables in a thread of its own. A copy takes longer than a kill, so it is made
 * again until nothing changed in the meantime.
 */
export async function copyAsKilled(from: string, to: string): Promise<void> {
  for (;;) {
    try {
      const before = await describe(from);
      await cp(from, to, { recursive: true });
      if ((await describe(from)) === before) return;
    } catch (error) {
      // A table that was merged away during the copy.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await rm(to, { recursive: true, force: true });
  }
}

async function describe(path: string): Promise<string> {
  const names = (await readdir(path, { recursive: true })).sort();
  const lines = names.map(async (name) => {
    const { size, mtimeMs } = await stat(join(path, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(lines)).join('\n');
}
