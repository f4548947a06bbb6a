/**
 * What the launcher does to the agent's slots: counts the starts of a version on trial, and leads
 * `current` back when it does not stay up or is not committed in time. Nothing that the disk does
 * keeps the agent from being started.
 */
import { join } from 'node:path';
import { type Launch, launch, overdue, readTrial, type Trial } from '../../core/updates/trial.ts';
import type { Disk } from '../../ports/updates.ts';

export interface Prepared {
  /** For the log; empty when there is nothing to say. */
  readonly text: string;
  /** What is started now is on trial, and is to be committed within so many milliseconds. */
  readonly withinMs: number | undefined;
}

/** Before every start. */
export async function prepareLaunch(root: string, disk: Disk): Promise<Prepared> {
  try {
    const next = await look(root, disk, launch);
    if (next.kind === 'as-is') return { text: '', withinMs: undefined };
    const { trial } = next;
    if (next.kind === 'back') {
      const text = await leave(root, trial, disk);
      return { text: `${trial.slot} did not stay up; ${text}`, withinMs: undefined };
    }
    await note(root, trial, disk);
    const text = `start ${trial.starts} of ${trial.slot}, which is on trial`;
    return { text, withinMs: trial.withinMs };
  } catch (error) {
    const why = (error as Error).message;
    return { text: `could not look after the agent's version: ${why}`, withinMs: undefined };
  }
}

/** When the time of a version on trial is over. Empty when it was committed, or is gone already. */
export async function leaveOverdue(root: string, disk: Disk): Promise<string> {
  try {
    const next = await look(root, disk, overdue);
    if (next.kind !== 'back') return '';
    const text = await leave(root, next.trial, disk);
    return `${next.trial.slot} runs, but was not committed in time; ${text}`;
  } catch (error) {
    return `could not go back: ${(error as Error).message}`;
  }
}

/** Whether what `current` leads to is still to be committed. */
export async function isOnTrial(root: string, disk: Disk): Promise<boolean> {
  const next = await look(root, disk, overdue).catch(() => undefined);
  return next?.kind === 'back';
}

type Judge = (trial: Trial | undefined, current: string | undefined) => Launch;

async function look(root: string, disk: Disk, judge: Judge): Promise<Launch> {
  const current = (await disk.link(join(root, 'current')))?.split('/').at(-1);
  return judge(readTrial(await disk.read(join(root, 'trial'))), current);
}

/** The note first: cut off in between, the next start finds the note and leads the link back. */
async function leave(root: string, trial: Trial, disk: Disk): Promise<string> {
  const slot = join('slots', trial.before);
  if (!(await disk.exists(join(root, slot, 'main.js')))) {
    return `there is no ${slot} to go back to, so it is started again`;
  }
  await note(root, trial, disk);
  await disk.relink(join(root, 'current'), slot);
  return `back to ${trial.before}`;
}

function note(root: string, trial: Trial, disk: Disk): Promise<void> {
  return disk.write(join(root, 'trial'), JSON.stringify(trial));
}
