/** What samplers read from the kernel. */
import type { Diagnosis, Finding } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';

interface Feature {
  readonly path: string;
  readonly without: string;
  readonly remedy: string;
}

const FEATURES: readonly Feature[] = [
  {
    path: '/proc/pressure/cpu',
    without: 'no pressure metrics (node_pressure_*)',
    remedy: 'boot with psi=1, or a kernel with CONFIG_PSI',
  },
  {
    path: '/proc/diskstats',
    without: 'no disk metrics',
    remedy: 'is /proc of the host visible to this process?',
  },
  {
    path: '/sys/class/net',
    without: 'less about network interfaces',
    remedy: 'is /sys mounted?',
  },
];

export const kernel: Diagnosis = {
  name: 'kernel',
  async run(world) {
    if ((await world.read('/proc/stat')) === undefined) {
      return [fail('/proc cannot be read', 'mount /proc; without it there is little to sample')];
    }
    const missing: Finding[] = [];
    for (const { path, without, remedy } of FEATURES) {
      if ((await world.path(path)) === undefined)
        missing.push(warn(`no ${path}: ${without}`, remedy));
    }
    return missing.length > 0 ? missing : [ok('everything that the usual samplers read is there')];
  },
};
