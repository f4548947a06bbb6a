// A folder in memory for what tests write and throw away: half of what they waited for was a disk.
// Plain JavaScript, as scripts/lib/vitest.mjs is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Far more than they need: a container's own may have 64 MB. */
const ROOM = 2 ** 30;

/** What is mounted without the right to execute is of no use: tests start what they write. */
const runs = (/** @type {string} */ folder) => {
  const script = join(folder, 'true');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o700 });
  return spawnSync(script).status === 0;
};

/** @returns {string | undefined} to be removed by whoever asked; nothing where memory has no room */
export function memoryFolder() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM) return undefined;
    const folder = mkdtempSync(join(MEMORY, 'muster-tests-'));
    if (runs(folder)) return folder;
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another system, or not ours: the usual folder does.
  }
  return undefined;
}
