/**
 * The agent itself: a new slot, a note for the launcher that it is on trial, and a restart. A version
 * that does not start, or that the watchdog ends, is left by the launcher; one that starts and does
 * not reach the collector, or fails its probe, goes back by itself.
 */
import { posix } from 'node:path';
import { object, text } from '../../protocol/config/schema.ts';
import { UNIT_PATTERN } from '../core/remedies/unit-name.ts';
import { UpdateError } from '../core/updates/codes.ts';
import { readTrial } from '../core/updates/trial.ts';
import { type InstallContext, type InstallJob, installer, type Version } from './installer.ts';
import { keep, place, root } from './kit/options.ts';
import { restartUnit } from './kit/restart.ts';
import { Slots, slotFolder, slotName } from './kit/slots.ts';

interface Options {
  readonly path: string;
  readonly unit: string;
  readonly keep: number;
  readonly root: boolean;
}

type Job = InstallJob<Options>;

export const agent = installer<Options>({
  kind: 'agent',
  summary: 'updates the agent itself',
  schema: object('The agent itself.', {
    path: place('Folder of its slots; the launcher runs what `current` in it leads to.', [
      '/usr/lib/muster/agent',
    ]),
    unit: text('Its unit.', { pattern: UNIT_PATTERN, default: 'muster-agent.service' }),
    ...{ keep, root },
  }),
  needsRoot: (options) => options.root,
  claims: ({ path, unit }) => [`path:${path}`, `unit:${unit}`],
  unit: ({ unit }) => unit,
  folder: ({ path }, version) => slotFolder(path, version),
  place: ({ path }) => path,

  install: (job, context) => slotsOf(job, context).unpack(job.to),

  async switch(job, context) {
    const slots = slotsOf(job, context);
    // The agent that does this is ended by it; the new one comes by here again and finds it done.
    if (await slots.isCurrent(job.to)) return;
    const last = readTrial(await context.disk.read(trialPath(job)));
    if (last?.isLeft === true && last.slot === slotName(job.to)) {
      throw new UpdateError('worn', 'the new agent did not stay up, so the launcher went back');
    }
    const before = (await slots.current()) ?? '';
    const trial = { slot: slotName(job.to), before, starts: 0, isLeft: false };
    await context.disk.write(trialPath(job), JSON.stringify(trial));
    await slots.lead(job.to);
    await restartUnit(job.options.unit, context);
  },

  async undo(job, context) {
    const slots = slotsOf(job, context);
    const { from } = job;
    const isDone = from === undefined || (await slots.isCurrent(from));
    if (!isDone) await backTo(from, job, context);
    await context.disk.remove(trialPath(job));
  },

  discard: (job, context) => slotsOf(job, context).remove(job.to),

  async keep(job, context) {
    await context.disk.remove(trialPath(job));
    await slotsOf(job, context).prune(job.options.keep, [job.to, job.from]);
  },

  async present({ to, options }, { disk }) {
    const slots = new Slots(options.path, disk);
    return { isRunning: await slots.isCurrent(to), slot: (await slots.current()) ?? '' };
  },
});

async function backTo(from: Version, job: Job, context: InstallContext): Promise<void> {
  const slots = slotsOf(job, context);
  await slots.unpack(from);
  await slots.lead(from);
  await restartUnit(job.options.unit, context);
}

function trialPath({ options }: Job): string {
  return posix.join(options.path, 'trial');
}

function slotsOf({ options }: Job, { disk }: InstallContext): Slots {
  return new Slots(options.path, disk);
}
