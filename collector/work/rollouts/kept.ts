/** What is kept of a rollout's devices. */
import type { DeviceRecord } from '../../core/rollouts/record.ts';
import type { FleetMemory } from '../fleet/memory.ts';
import { devicesOf } from './keys.ts';

export type KeptDevice = readonly [device: string, record: DeviceRecord];

/** All of them, or the one that is named. */
export async function keptDevices(
  memory: FleetMemory,
  rollout: string,
  device?: string,
): Promise<readonly KeptDevice[]> {
  const root = devicesOf(rollout);
  const kept: KeptDevice[] = [];
  if (device === undefined) for await (const one of memory.list<DeviceRecord>(root)) kept.push(one);
  else {
    const record = await memory.get<DeviceRecord>(root + device);
    if (record !== undefined) kept.push([device, record]);
  }
  return kept;
}
