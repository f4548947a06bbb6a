/**
 * Where a task may keep files that nobody else can swap: the data folder when it is our own. To the
 * helper it is not (it belongs to the agent's user, who could put a link there and have root write
 * through it), so the helper has a folder of its own.
 */
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Root trusts nobody; elsewhere a group of the user's own is usual. */
const OTHERS_WRITE = process.getuid?.() === 0 ? 0o022 : 0o002;

export async function openSpool(data: string, ownFolder: string): Promise<string> {
  if (await isOurs(data)) {
    const spool = join(data, 'upkeep');
    await mkdir(spool, { recursive: true, mode: 0o700 });
    if (await isOurs(spool)) return spool;
  }
  await mkdir(ownFolder, { recursive: true, mode: 0o700 });
  if (await isOurs(ownFolder)) return ownFolder;
  throw new Error(
    `${ownFolder} must be a folder of the user who runs this, for nobody else to write`,
  );
}

/** A link is never ours: it says nothing about who owns where it leads. */
async function isOurs(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return (
    stats?.isDirectory() === true &&
    stats.uid === process.getuid?.() &&
    (stats.mode & OTHERS_WRITE) === 0
  );
}
