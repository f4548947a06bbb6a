/** How fast each core runs, and between which limits. Drivers may ask the hardware. */

import { decimal } from './parse/numbers.ts';
import type { Metric } from './sampler.ts';
import { gauge, sampler } from './sampler.ts';
import { attributes } from './source.ts';

const FOLDER = '/sys/devices/system/cpu';
const HERTZ_PER_KILOHERTZ = 1000;

const files: ReadonlyMap<string, Metric> = new Map([
  ['cpuinfo_cur_freq', frequency('frequency_hertz', 'Frequency that the hardware reports.')],
  ['cpuinfo_min_freq', frequency('frequency_min_hertz', 'Lowest that the hardware can.')],
  ['cpuinfo_max_freq', frequency('frequency_max_hertz', 'Highest that the hardware can.')],
  ['scaling_cur_freq', frequency('scaling_frequency_hertz', 'Frequency that the kernel set.')],
  ['scaling_min_freq', frequency('scaling_frequency_min_hertz', 'Lowest that is allowed.')],
  ['scaling_max_freq', frequency('scaling_frequency_max_hertz', 'Highest that is allowed.')],
]);

interface Core {
  readonly cpu: string;
  readonly files: ReadonlyMap<string, string>;
}

export const cpufreq = sampler<readonly Core[]>({
  name: 'cpufreq',
  summary: 'frequency of each core and its limits',
  profiles: ['full'],
  intervalSeconds: 30,
  timeoutMs: 5000,
  metrics: [...files.values()],

  async read(host) {
    const names = (await host.list(FOLDER)).filter((name) => /^cpu\d+$/.test(name));
    return Promise.all(
      names.map(async (name) => ({
        cpu: name.slice('cpu'.length),
        files: await attributes(host, `${FOLDER}/${name}/cpufreq`, [...files.keys()]),
      })),
    );
  },

  parse(cores, emit) {
    for (const core of cores) {
      for (const [file, text] of core.files) {
        const metric = files.get(file);
        const kilohertz = decimal(text);
        if (metric === undefined || kilohertz === undefined) continue;
        emit(metric, kilohertz * HERTZ_PER_KILOHERTZ, [core.cpu]);
      }
    }
  },
});

function frequency(name: string, help: string): Metric {
  return gauge(`node_cpu_${name}`, help, ['cpu']);
}
