/** A gateway of four cores, as most fleets have: one eMMC with two file systems, one cable. */
import type { Host } from '../../agent/ports.ts';
import { memoryHost } from './memory-host.ts';

const lines = (...text: string[]) => text.map((line) => `${line}\n`).join('');
const pressure = lines(
  'some avg10=0.00 avg60=0.00 avg300=0.00 total=14036781',
  'full avg10=0.00 avg60=0.00 avg300=0.00 total=1403678',
);
const core = (name: string) => `${name} 44490 19 21045 1087069 220 1 3410 0 0 0`;
const memory = [
  'MemTotal',
  'MemFree',
  'MemAvailable',
  'Buffers',
  'Cached',
  'SwapTotal',
  'SwapFree',
];
const events = ['pgpgin', 'pgpgout', 'pswpin', 'pswpout', 'pgfault', 'pgmajfault', 'oom_kill'];
const disk = (name: string) =>
  `192 3 1560 156 1 2 3 4 0 136 156 0 0 0 0 5 6`.replace(/^/, `${name} `);
const counts = '430670922 11340 0 0 0 0 0 0 910320 7113 0 0 0 0 0 0';

const files = {
  '/proc/stat': lines(
    'cpu  1 2 3 4',
    ...[0, 1, 2, 3].map((n) => core(`cpu${n}`)),
    'btime 14181832',
  ),
  '/proc/loadavg': lines('0.21 0.37 0.39 1/719 19737'),
  '/proc/meminfo': lines(...memory.map((field) => `${field}:      3742148 kB`), 'Dirty: 1 kB'),
  '/proc/vmstat': lines('nr_free_pages 977769', ...events.map((name) => `${name} 7`)),
  '/proc/pressure/cpu': pressure,
  '/proc/pressure/io': pressure,
  '/proc/pressure/memory': pressure,
  '/proc/sys/fs/file-nr': lines('1024\t0\t1631329'),
  '/proc/1/mountinfo': lines(
    '22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw',
    '23 22 0:22 / /sys rw - sysfs sysfs rw',
    '24 22 0:25 / /run rw - tmpfs tmpfs rw',
    '25 22 179:1 / /boot/firmware rw,relatime shared:2 - vfat /dev/mmcblk0p1 rw',
  ),
  '/proc/diskstats': lines(
    `   7       0 ${disk('loop0')}`,
    ...['mmcblk0', 'mmcblk0p1', 'mmcblk0p2'].map((name, at) => ` 179       ${at} ${disk(name)}`),
  ),
  '/proc/net/dev': lines('Inter-|', ' face |', ` lo: ${counts}`, ` eth0: ${counts}`),
  '/proc/sys/kernel/ostype': 'Linux\n',
  '/proc/sys/kernel/osrelease': '6.12.20\n',
  '/proc/sys/kernel/version': '#1 SMP\n',
  '/proc/sys/kernel/arch': 'aarch64\n',
  '/proc/sys/kernel/hostname': 'gateway-7\n',
  '/proc/sys/kernel/domainname': '(none)\n',
  '/etc/os-release': lines('ID=debian', 'VERSION_ID="13"'),
  '/run/systemd/timesync/synchronized': '',
  '/sys/class/net/lo/operstate': 'unknown\n',
  '/sys/class/net/eth0/operstate': 'up\n',
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '48312\n',
  '/sys/fs/ext4/mmcblk0p2/errors_count': '0\n',
  '/sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes': '123456\n',
  '/sys/block/mmcblk0/device/type': 'MMC\n',
  '/sys/block/mmcblk0/device/life_time': '0x01 0x02\n',
  '/sys/block/mmcblk0/device/pre_eol_info': '0x01\n',
};

export function typicalDevice(): Host {
  const space = { sizeBytes: 9, freeBytes: 8, availBytes: 7, files: 6, filesFree: 5 };
  return memoryHost(files, { statfs: () => Promise.resolve(space), modifiedMs: Date.now() });
}
