/** How often x86 processors slowed down for heat. node_exporter has it in its `cpu`. */

import { decimal } from './parse/numbers.ts';
import { counter, sampler } from './sampler.ts';
import { attributes } from './source.ts';

const FOLDER = '/sys/devices/system/cpu';
const FILES = {
  package: 'topology/physical_package_id',
  core: 'topology/core_id',
  coreCount: 'thermal_throttle/core_throttle_count',
  packageCount: 'thermal_throttle/package_throttle_count',
};

const coreThrottles = counter('node_cpu_core_throttles_total', 'Times that a core throttled.', [
  'package',
  'core',
]);
const packageThrottles = counter(
  'node_cpu_package_throttles_total',
  'Times that a package throttled.',
  ['package'],
);

export const cpuThrottle = sampler<readonly ReadonlyMap<string, string>[]>({
  name: 'cpu_throttle',
  summary: 'times that x86 processors throttled for heat',
  profiles: ['full'],
  intervalSeconds: 30,
  timeoutMs: 5000,
  metrics: [coreThrottles, packageThrottles],

  async read(host) {
    const names = (await host.list(FOLDER)).filter((name) => /^cpu\d+$/.test(name));
    // One absent file tells that no processor of this machine counts.
    if ((await host.stat(`${FOLDER}/cpu0/thermal_throttle`)) === undefined) return [];
    return Promise.all(
      names.map((name) => attributes(host, `${FOLDER}/${name}`, Object.values(FILES))),
    );
  },

  parse(threads, emit) {
    // Threads of one core, and cores of one package, all tell the same.
    const seen = new Set<string>();
    for (const thread of threads) {
      const processor = thread.get(FILES.package);
      const core = thread.get(FILES.core);
      const coreCount = decimal(thread.get(FILES.coreCount) ?? '');
      const packageCount = decimal(thread.get(FILES.packageCount) ?? '');
      if (processor === undefined || core === undefined) continue;
      if (coreCount !== undefined && isFirst(seen, `${processor}/${core}`)) {
        emit(coreThrottles, coreCount, [processor, core]);
      }
      if (packageCount !== undefined && isFirst(seen, processor)) {
        emit(packageThrottles, packageCount, [processor]);
      }
    }
  },
});

function isFirst(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}
