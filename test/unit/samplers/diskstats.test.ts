import { expect, test } from 'vitest';
import { diskstats } from '../../../agent/samplers/diskstats.ts';
import { optionsFor } from '../../../agent/samplers/sampler.ts';
import { parsed } from '../../support/samples.ts';

const TEXT = `   7       0 loop0 1 0 0 0 0 0 0 0 0 0 0
 179       0 mmcblk0 39241 10472 2779986 15802 25957 28053 3403128 11007 3 9440 27874 8309 56 270672 899 3816 165
 179       1 mmcblk0p1 1 1 1 1 1 1 1 1 1 1 1
   8       0 sda 25354637 34367663 1003346126 18492372 28444756 11134226 505697032 63877960 0 9653880 82621804
`;

test('in edge whole disks and what alert rules use of them', () => {
  const samples = parsed(diskstats, TEXT);
  expect(Object.keys(samples)).toHaveLength(12);
  expect(samples).toMatchObject({
    'node_disk_reads_completed_total{device="mmcblk0"}': 39_241,
    'node_disk_read_bytes_total{device="mmcblk0"}': 2_779_986 * 512,
    'node_disk_writes_completed_total{device="mmcblk0"}': 25_957,
    'node_disk_written_bytes_total{device="mmcblk0"}': 3_403_128 * 512,
    'node_disk_io_time_seconds_total{device="mmcblk0"}': 9.44,
    'node_disk_io_time_weighted_seconds_total{device="sda"}': 82_621.804,
  });
});

test('in full every column that the kernel prints, of partitions of cards too', () => {
  const samples = parsed(diskstats, TEXT, optionsFor(diskstats, 'full'));
  const of = (device: string) =>
    Object.keys(samples).filter((series) => series.endsWith(`{device="${device}"}`)).length;
  expect([of('loop0'), of('mmcblk0'), of('mmcblk0p1'), of('sda')]).toEqual([0, 17, 11, 11]);
  expect(samples).toMatchObject({
    'node_disk_reads_merged_total{device="mmcblk0"}': 10_472,
    'node_disk_read_time_seconds_total{device="mmcblk0"}': 15.802,
    'node_disk_io_now{device="mmcblk0"}': 3,
    'node_disk_discarded_sectors_total{device="mmcblk0"}': 270_672,
    'node_disk_flush_requests_time_seconds_total{device="mmcblk0"}': 0.165,
  });
});

test('a device is wanted by include and not unwanted by exclude', () => {
  const samples = parsed(diskstats, TEXT, { include: '^(sda|loop0)$', exclude: '^loop' });
  expect(Object.keys(samples).every((series) => series.includes('"sda"'))).toBe(true);
});
