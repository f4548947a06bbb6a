/** Drops rollouts that ended long ago, with what was kept of their devices. */
import type { RolloutSummary } from '../../ports/rollouts.ts';
import type { Entry, FleetMemory } from '../fleet/memory.ts';
import { devicesOf, rolloutKey } from './keys.ts';

const GROUP = 1_000;

/** `over`: those that have ended; those that are dropped are taken out of it first. */
export async function pruneRollouts(
  memory: FleetMemory,
  over: Map<string, RolloutSummary>,
  oldest: number,
): Promise<void> {
  for (const [id, { endedAt }] of over) {
    if (endedAt >= oldest) continue;
    over.delete(id);
    // Devices first: after a crash the rollout is still there, and dropped again.
    let group: Entry[] = [];
    for await (const [device] of memory.list(devicesOf(id))) {
      group.push([devicesOf(id) + device, undefined]);
      if (group.length < GROUP) continue;
      await memory.keep(group);
      group = [];
    }
    await memory.keep([...group, [rolloutKey(id), undefined]]);
  }
}
