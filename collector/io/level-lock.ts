/** Whether a process has a LevelDB folder open, without opening it. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel lists locks by the inode of their file. */
export function isLocked(path: string): boolean {
  try {
    const { ino } = statSync(join(path, 'LOCK'));
    const locks = readFileSync('/proc/locks', 'utf8');
    return locks.split('\n').some((line) => line.split(/\s+/)[5]?.endsWith(`:${ino}`) === true);
  } catch {
    // No such file, or no Linux: then opening tells.
    return false;
  }
}
