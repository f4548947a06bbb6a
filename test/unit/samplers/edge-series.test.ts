/** Series cost money on mobile data: profile `edge` is held to a number of them. */
import { expect, test } from 'vitest';
import { samplersOf } from '../../../agent/samplers/index.ts';
import { sampledIn } from '../../support/samples.ts';
import { typicalDevice } from '../../support/typical-device.ts';

test('80 to 100 series on a typical device of four cores, in profile edge', async () => {
  const host = typicalDevice();
  const counts: Record<string, number> = {};
  for (const sampler of samplersOf('edge')) {
    counts[sampler.name] = Object.keys(await sampledIn('edge', sampler, host)).length;
  }
  expect(counts).toEqual({
    cpu: 32,
    loadavg: 3,
    meminfo: 7,
    pressure: 5,
    vmstat: 7,
    filefd: 2,
    filesystem: 16,
    ext4: 2,
    mmc: 4,
    diskstats: 6,
    netdev: 8,
    netclass: 1,
    wireless: 0,
    thermal_zone: 1,
    rpi: 0,
    powersupplyclass: 0,
    time: 1,
    timesync: 1,
    boottime: 1,
    uname: 1,
    os: 1,
  });
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThanOrEqual(80);
  expect(total).toBeLessThanOrEqual(100);
});
