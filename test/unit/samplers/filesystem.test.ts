import { expect, test } from 'vitest';
import type { StatFs } from '../../../agent/ports.ts';
import { filesystem } from '../../../agent/samplers/filesystem.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { collectInto, type Samples, sampled } from '../../support/samples.ts';

const ANSWER: StatFs = { sizeBytes: 100, freeBytes: 50, availBytes: 40, files: 10, filesFree: 5 };
const ROOT = 'device="/dev/mmcblk0p2",fstype="ext4",mountpoint="/"';

function mounts(...lines: string[]): Record<string, string> {
  return { '/proc/1/mountinfo': lines.map((line) => `${line}\n`).join('') };
}
const root = (mount: string, superblock = mount) =>
  `22 1 179:2 / / ${mount},noatime shared:1 - ext4 /dev/mmcblk0p2 ${superblock},errors=remount-ro`;
const host = (files: Record<string, string>) =>
  memoryHost(files, { statfs: () => Promise.resolve(ANSWER) });

test('size, space, inodes and state of a mount', async () => {
  expect(await sampled(filesystem, host(mounts(root('rw'))))).toEqual({
    [`node_filesystem_size_bytes{${ROOT}}`]: 100,
    [`node_filesystem_free_bytes{${ROOT}}`]: 50,
    [`node_filesystem_avail_bytes{${ROOT}}`]: 40,
    [`node_filesystem_files{${ROOT}}`]: 10,
    [`node_filesystem_files_free{${ROOT}}`]: 5,
    [`node_filesystem_readonly{${ROOT}}`]: 0,
    [`node_filesystem_remounted_readonly{${ROOT}}`]: 0,
    [`node_filesystem_device_error{${ROOT}}`]: 0,
  });
});

test('virtual, network and FUSE file systems are left out, remote ones come when asked for', async () => {
  const files = mounts(
    '24 22 0:22 / /sys rw - sysfs sysfs rw',
    '25 22 0:23 / /run rw - tmpfs tmpfs rw',
    '26 22 0:24 / /data rw - nfs4 server:/data rw',
    '27 22 0:25 / /home/me/cloud rw - fuse.sshfs me@cloud: rw',
    '28 22 0:26 / /opt/a\\040b\\134c rw - ext4 /dev/sda1 rw',
  );
  const names = async (options = {}) =>
    Object.keys(await sampled(filesystem, host(files), options))
      .filter((name) => name.startsWith('node_filesystem_size_bytes'))
      .map((name) => name.replace(/.*mountpoint="(.*)".*/, '$1'));
  expect(await names()).toEqual(['/opt/a b\\\\c']);
  expect(await names({ remote: true })).toEqual(['/data', '/home/me/cloud', '/opt/a b\\\\c']);
  expect(await names({ remote: true, mountPointsExclude: '^/(opt|run|sys)' })).toEqual([
    '/data',
    '/home/me/cloud',
  ]);
});

test('a file system that switched itself to read-only is told, also after a restart', async () => {
  const samples = await sampled(filesystem, host(mounts(root('rw', 'ro'))));
  expect(samples[`node_filesystem_readonly{${ROOT}}`]).toBe(1);
  expect(samples[`node_filesystem_remounted_readonly{${ROOT}}`]).toBe(1);
});

test('a mount that was writable and is not any more is told; one that never was is not', async () => {
  const files = mounts(root('rw'));
  const one = host(files);
  await sampled(filesystem, one);
  Object.assign(files, mounts(root('ro')));
  const after = await sampled(filesystem, one);
  expect(after[`node_filesystem_remounted_readonly{${ROOT}}`]).toBe(1);
  const other = await sampled(filesystem, host(mounts(root('ro'))));
  expect(other[`node_filesystem_readonly{${ROOT}}`]).toBe(1);
  expect(other[`node_filesystem_remounted_readonly{${ROOT}}`]).toBe(0);
});

test('a mount that does not answer shows an error, the others report, the reading fails', async () => {
  const files = mounts(root('rw'), '23 22 8:1 / /data rw - ext4 /dev/sda1 rw');
  const half = memoryHost(files, {
    statfs: (path) => Promise.resolve(path === '/data' ? 'pending' : ANSWER),
  });
  const raw = await filesystem.read(half, {});
  const samples: Samples = {};
  expect(() => filesystem.parse(raw, collectInto(samples), {})).toThrow('/data');
  const data = 'device="/dev/sda1",fstype="ext4",mountpoint="/data"';
  expect(samples[`node_filesystem_device_error{${data}}`]).toBe(1);
  expect(samples[`node_filesystem_readonly{${data}}`]).toBe(0);
  expect(samples).not.toHaveProperty([`node_filesystem_size_bytes{${data}}`]);
  expect(samples[`node_filesystem_size_bytes{${ROOT}}`]).toBe(100);
});

test('a call that fails shows an error and is no failure of the reading', async () => {
  const samples = await sampled(filesystem, memoryHost(mounts(root('rw'))));
  expect(samples[`node_filesystem_device_error{${ROOT}}`]).toBe(1);
});

test('without the first process its own view has to do, in which a unit makes mounts read-only', async () => {
  const own = async (line: string) =>
    sampled(filesystem, host({ '/proc/self/mountinfo': `${line}\n` }));
  const hardened = await own(root('ro', 'rw'));
  expect(hardened[`node_filesystem_size_bytes{${ROOT}}`]).toBe(100);
  expect(hardened[`node_filesystem_readonly{${ROOT}}`]).toBe(0);
  expect((await own(root('ro')))[`node_filesystem_readonly{${ROOT}}`]).toBe(1);
});

test('one device mounted twice in one place is one series', async () => {
  const twice = await sampled(filesystem, host(mounts(root('rw'), root('rw'))));
  expect(Object.keys(twice)).toHaveLength(8);
});
