/** A data folder of the agent that is older than it should be, gone, or damaged. */
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { damageFile, filesBelow } from '../../fault/damage-file.ts';
import { type Fault, pause } from './fault.ts';

/** What a copy of a running program's folder lacks shows as damage, or as a killed process. */
const SET_BACK = ['killed', 'power', 'damaged'];
/** A device that knows none of its epochs lost its buffer, full or not: the collector counts a gap. */
const ANEW = ['unreported'];

export const COPY_FAULTS: readonly Fault[] = [
  {
    // As an image of a running machine's disk leaves it, which knows nothing of what came since.
    name: 'agent set back',
    allows: SET_BACK,
    async run({ agent, agentData }, random) {
      const copy = `${agentData}.copy`;
      await copyLive(agentData, copy);
      await pause(random.between(20, 800));
      await agent.end('SIGKILL');
      await replace(agentData, copy);
      await agent.start('started');
    },
  },
  {
    name: 'agent damaged',
    // Damaged beyond repair, the folder is set aside and a new one begun.
    allows: [...SET_BACK, ...ANEW],
    async run({ agent, agentData }, random) {
      await agent.end('SIGKILL');
      const file = random.pick(await filesBelow(agentData));
      await damageFile(file, random.pick(['flip', 'truncate', 'zero', 'delete']), random);
      await agent.start('started');
    },
  },
  {
    name: 'agent installed anew',
    allows: ANEW,
    async run(pipeline) {
      // What it holds still is delivered first: nobody could deliver it afterwards.
      await pipeline.emptyAgent();
      await empty(pipeline.agentData);
      await pipeline.agent.start('started');
    },
  },
  {
    name: 'agent installed anew, undelivered data and all',
    allows: ANEW,
    async run(pipeline, random) {
      const { agent, agentData, link } = pipeline;
      // What is lost with a device of which the collector has never heard, nobody can know of.
      await pipeline.untilStored();
      link.refuse(true);
      await pause(random.between(50, 800));
      await agent.end(random.pick(['SIGKILL', 'SIGTERM']));
      await empty(agentData);
      await agent.start('started');
      link.refuse(false);
    },
  },
];

/** A mount point cannot be removed: its content goes. */
export async function empty(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true });
}

export async function replace(path: string, copy: string): Promise<void> {
  await empty(path);
  await cp(copy, path, { recursive: true });
  await rm(copy, { recursive: true });
}

/** Files come and go under the copy's hands: it is taken again until it finds all. */
async function copyLive(path: string, copy: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rm(copy, { recursive: true, force: true });
      return await cp(path, copy, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt > 20) throw error;
    }
  }
}
