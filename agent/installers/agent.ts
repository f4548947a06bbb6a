/**
 * The agent itself: a new slot, a note for the launcher that it is on trial, and a restart. A version
 * that does not start, or that the watchdog ends, is left by the launcher; one that starts and does
 * not reach the collector, or fails its probe, goes back by itself.
 */
import { posix } from 'node:path';
import { object, text } from '../../protocol/config/schema.ts';
import { UNIT_PATTERN } from '../core/remedies/unit-name.ts';
import { UpdateError } from '../core/updates/codes.ts';
import { readTrial, trialOf } from '../core/updates/trial.ts';
import { type InstallContext, type InstallJob, installer } from './installer.ts';
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

/** As in work/updating/probing.ts. */
const USUAL_WINDOW_MS = 10_000;
/** A restart that is refused is refused within that time; one that comes ends us. */
const REFUSAL_MS = 3_000;

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

  async install(job, context) {
    const slots = slotsOf(job, context);
    if ((await slots.current()) === undefined) {
      const why = `${job.options.path}/current is not there: this agent was not laid out in slots`;
      throw new UpdateError('unsupported', `${why} (deploy/README.md tells how)`);
    }
    await slots.unpack(job.to);
    if (await context.disk.exists(mainOf(slots.folder(job.to)))) return;
    throw new UpdateError('bad-file', 'the archive has no main.js, so it is no agent');
  },

  async switch(job, context) {
    const slots = slotsOf(job, context);
    // The agent that does this is ended by it; the new one comes by here again and finds it done.
    if (await slots.isCurrent(job.to)) return;
    const last = readTrial(await context.disk.read(trialPath(job)));
    if (last?.isLeft === true && last.slot === slotName(job.to)) {
      throw new UpdateError('worn', 'the new agent did not stay up, so the launcher went back');
    }
    const before = (await slots.current()) ?? '';
    const windowMs = job.to.manifest.probe?.windowMs ?? USUAL_WINDOW_MS;
    const trial = trialOf(slotName(job.to), before, windowMs);
    await context.disk.write(trialPath(job), JSON.stringify(trial));
    await slots.lead(job.to);
    await restartUnit(job.options.unit, context);
    // What is to be probed is the next process, so this one goes no further.
    await endOf(context.signal);
  },

  async undo(job, context) {
    const slots = slotsOf(job, context);
    // Also when the launcher has led it back already: then what runs is the old version.
    if (await slots.isCurrent(job.to)) {
      await slots.leadTo(await wayBack(job, context));
      await restartSoon(job.options.unit, context);
    }
    await context.disk.remove(trialPath(job));
  },

  discard: (job, context) => slotsOf(job, context).remove(job.to),

  async keep(job, context) {
    await context.disk.remove(trialPath(job));
    await slotsOf(job, context).prune(job.options.keep, [job.to, job.from]);
  },

  async present({ to, options }, { disk }) {
    const slots = new Slots(options.path, disk);
    const isThere = await disk.exists(mainOf(slots.folder(to)));
    return {
      isRunning: isThere && (await slots.isCurrent(to)),
      slot: (await slots.current()) ?? '',
    };
  },
});

/** What ran before the switch, which need not have come with a release; else what is remembered. */
async function wayBack(job: Job, context: InstallContext): Promise<string> {
  const slots = slotsOf(job, context);
  const trial = readTrial(await context.disk.read(trialPath(job)));
  if (trial?.slot === slotName(job.to) && trial.before !== '') {
    const main = mainOf(posix.join(job.options.path, 'slots', trial.before));
    if (await context.disk.exists(main)) return trial.before;
  }
  if (job.from === undefined) {
    throw new UpdateError('roll-back-failed', 'there is no slot of an agent to go back to');
  }
  await slots.unpack(job.from);
  return slotName(job.from);
}

/**
 * The agent asks for its own end and must not wait for it, or it could not end. What refuses to
 * restart it says so at once.
 */
async function restartSoon(unit: string, context: InstallContext): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, REFUSAL_MS);
  });
  await Promise.race([restartUnit(unit, context), enough]).finally(() => clearTimeout(timer));
}

function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const over = () => reject(new UpdateError('cancelled', 'the agent restarts'));
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { once: true });
  });
}

function mainOf(slot: string): string {
  return posix.join(slot, 'main.js');
}

function trialPath({ options }: Job): string {
  return posix.join(options.path, 'trial');
}

function slotsOf({ options }: Job, { disk }: InstallContext): Slots {
  return new Slots(options.path, disk);
}
