/**
 * A power cut: the agent ends, what it had not synced is gone, and the machine boots anew.
 *
 * LevelDB syncs its tables and its list of them by itself; its logs it does not. `synced.mjs` knows
 * how much of each was synced; of the rest, as much stays as chance has it.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import { type Fault, pause } from './fault.ts';

export const POWER_FAULTS: readonly Fault[] = [
  {
    name: 'power cut',
    // A log that ends in the middle of an entry cannot be told from a damaged one.
    allows: ['power', 'damaged'],
    async run(pipeline, random) {
      await cutPower(pipeline, random);
      await pipeline.agent.start('started');
    },
  },
  {
    name: 'acknowledgement lost at a power cut',
    allows: ['power', 'damaged'],
    async run(pipeline, random) {
      const { link, agent } = pipeline;
      link.muffle(true);
      await pause(random.between(50, 900));
      await cutPower(pipeline, random);
      link.cut();
      link.muffle(false);
      await agent.start('started');
    },
  },
];

type Powered = Parameters<Fault['run']>[0];

async function cutPower(pipeline: Powered, random: Random): Promise<void> {
  const { agent, agentData, synced, machines } = pipeline;
  await agent.end('SIGKILL');
  await loseUnsynced(agentData, synced, random);
  machines.agent.reboot();
}

async function loseUnsynced(folder: string, notes: string, random: Random): Promise<void> {
  const sizes = new Map<string, number>();
  const text = existsSync(notes) ? await readFile(notes, 'utf8') : '';
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) sizes.set(line.slice(space + 1), Number(line.slice(0, space)));
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    if (!name.endsWith('.log')) continue;
    const path = join(parentPath, name);
    const { size } = await stat(path);
    const certain = Math.min(sizes.get(path) ?? 0, size);
    // Often all or nothing: the end of an entry is seldom hit by chance.
    const left = random.pick([certain, size, random.between(certain, size)]);
    await truncate(path, left);
  }
}
