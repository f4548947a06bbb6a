import { expect, test } from 'vitest';
import { meminfo } from '../../../agent/samplers/meminfo.ts';
import { parsed } from '../../support/samples.ts';

const TEXT = `MemTotal:        3742148 kB
MemFree:          225472 kB
MemAvailable:    1225472 kB
Buffers:           22040 kB
Cached:           930888 kB
SwapCached:       192504 kB
Active(anon):    2020004 kB
SwapTotal:       4194300 kB
SwapFree:        3155360 kB
HugePages_Total:       3
`;

test('in edge the fields that dashboards use, in bytes', () => {
  expect(parsed(meminfo, TEXT)).toEqual({
    node_memory_MemTotal_bytes: 3_742_148 * 1024,
    node_memory_MemFree_bytes: 225_472 * 1024,
    node_memory_MemAvailable_bytes: 1_225_472 * 1024,
    node_memory_Buffers_bytes: 22_040 * 1024,
    node_memory_Cached_bytes: 930_888 * 1024,
    node_memory_SwapTotal_bytes: 4_194_300 * 1024,
    node_memory_SwapFree_bytes: 3_155_360 * 1024,
  });
});

test('all fields when asked for; those without a unit are counts', () => {
  const samples = parsed(meminfo, TEXT, { all: true });
  expect(Object.keys(samples)).toHaveLength(10);
  expect(samples).toMatchObject({
    node_memory_SwapCached_bytes: 192_504 * 1024,
    node_memory_Active_anon_bytes: 2_020_004 * 1024,
    node_memory_HugePages_Total: 3,
  });
});

test('a field that the kernel does not have is left out', () => {
  const samples = parsed(meminfo, 'MemTotal:        10 kB\nSwapFree:        0 kB\n');
  expect(samples).toEqual({ node_memory_MemTotal_bytes: 10_240, node_memory_SwapFree_bytes: 0 });
});
