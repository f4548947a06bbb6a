/** Software RAID: disks that failed, arrays that are being rebuilt. */
import type { RaidArray } from './parse/mdstat.ts';
import { parseMdstat, STATES } from './parse/mdstat.ts';
import { gauge, sampler } from './sampler.ts';

const disks = gauge('node_md_disks', 'Disks of the array by state.', ['device', 'state']);
const required = gauge('node_md_disks_required', 'Disks that the array is made of.', ['device']);
const state = gauge('node_md_state', '1 for the state that the array is in.', ['device', 'state']);
const blocks = gauge('node_md_blocks', 'Blocks of the array.', ['device']);
const synced = gauge('node_md_blocks_synced', 'Blocks in sync.', ['device']);

export const mdadm = sampler<string | undefined>({
  name: 'mdadm',
  summary: 'software RAID',
  profiles: ['full'],
  intervalSeconds: 60,
  timeoutMs: 1000,
  metrics: [disks, required, state, blocks, synced],

  read: (host) => host.readNow('/proc/mdstat'),

  parse(text, emit) {
    for (const array of parseMdstat(text ?? '')) {
      const device = array.name;
      emit(disks, array.active, [device, 'active']);
      emit(disks, array.failed, [device, 'failed']);
      emit(disks, array.spare, [device, 'spare']);
      emit(required, array.required, [device]);
      emit(blocks, array.blocks, [device]);
      emit(synced, array.blocksSynced, [device]);
      for (const each of STATES) emit(state, stateNumber(array, each), [device, each]);
    }
  },
});

function stateNumber(array: RaidArray, state: string): number {
  return array.state === state ? 1 : 0;
}
