/**
 * The launcher of the agent, outside of its slots: counts the starts of a version on trial, leads
 * `current` back when it does not stay up, and says what to run. `prepareLaunch` is all of it; a
 * program of a few lines calls it before it starts `<root>/current/main.js`.
 */
import { join } from 'node:path';
import { launch, readTrial } from '../../core/updates/trial.ts';
import type { Disk } from '../../ports/updates.ts';

/** What to say in the log; nothing that the disk does keeps the agent from being started. */
export async function prepareLaunch(root: string, disk: Disk): Promise<string> {
  try {
    const path = join(root, 'trial');
    const current = (await disk.link(join(root, 'current')))?.split('/').at(-1);
    const next = launch(readTrial(await disk.read(path)), current);
    if (next.kind === 'as-is') return '';
    const { trial } = next;
    if (next.kind === 'back') await disk.relink(join(root, 'current'), join('slots', trial.before));
    await disk.write(path, JSON.stringify(trial));
    return next.kind === 'back'
      ? `${trial.slot} did not stay up; back to ${trial.before}`
      : `start ${trial.starts} of ${trial.slot}, which is on trial`;
  } catch (error) {
    return `the launcher could not look after the agent's version: ${(error as Error).message}`;
  }
}
