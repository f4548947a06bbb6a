/** Randomness that the kernel has gathered; little of it stalled programs at boot once. */

import { decimal } from './parse/numbers.ts';
import { gauge, sampler } from './sampler.ts';

const FOLDER = '/proc/sys/kernel/random';
const files = [
  { file: 'entropy_avail', metric: gauge('node_entropy_available_bits', 'Bits available.') },
  { file: 'poolsize', metric: gauge('node_entropy_pool_size_bits', 'Bits that fit the pool.') },
];

export const entropy = sampler<readonly (string | undefined)[]>({
  name: 'entropy',
  summary: 'randomness available',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics: files.map(({ metric }) => metric),

  read: (host) => files.map(({ file }) => host.readNow(`${FOLDER}/${file}`)),

  parse(texts, emit) {
    files.forEach(({ metric }, index) => {
      const value = decimal(texts[index] ?? '');
      if (value !== undefined) emit(metric, value);
    });
  },
});
