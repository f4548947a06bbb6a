import { expect, test } from 'vitest';
import { mdadm } from '../../../agent/samplers/mdadm.ts';
import { parsed } from '../../support/samples.ts';

const TEXT = `Personalities : [raid1] [raid6]
md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
      195310144 blocks [2/1] [U_]
      [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec

md4 : inactive raid1 sda3[0](F) sdb3[1](S)
      4883648 blocks [2/2] [UU]

md10 : active raid0 sda1[0] sdb1[1]
      314159265 blocks 64k chunks

md11 : active (auto-read-only) raid1 sdb2[0] sdc2[1]
      4190208 blocks super 1.2 [2/2] [UU]
      	resync=PENDING

unused devices: <none>
`;

test('disks, state and progress of each array', () => {
  const samples = parsed(mdadm, TEXT);
  expect(Object.keys(samples)).toHaveLength(4 * 11);
  expect(samples).toMatchObject({
    'node_md_disks{device="md6",state="active"}': 1,
    'node_md_disks{device="md6",state="failed"}': 1,
    'node_md_disks{device="md6",state="spare"}': 1,
    'node_md_disks_required{device="md6"}': 2,
    'node_md_blocks{device="md6"}': 195_310_144,
    'node_md_blocks_synced{device="md6"}': 16_775_552,
    'node_md_state{device="md6",state="recovering"}': 1,
    'node_md_state{device="md6",state="active"}': 0,
    'node_md_state{device="md4",state="inactive"}': 1,
    'node_md_disks_required{device="md4"}': 0,
    'node_md_disks{device="md10",state="active"}': 2,
    'node_md_disks_required{device="md10"}': 2,
    'node_md_state{device="md11",state="resync"}': 1,
    'node_md_blocks_synced{device="md11"}': 0,
  });
});

test('no software RAID, no series', () => {
  expect(parsed(mdadm, undefined)).toEqual({});
  expect(parsed(mdadm, 'Personalities : \nunused devices: <none>\n')).toEqual({});
});
