/** How many tasks ran or waited, averaged over 1, 5 and 15 minutes. */

import { gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const averages = [
  gauge('node_load1', '1 minute load average.'),
  gauge('node_load5', '5 minute load average.'),
  gauge('node_load15', '15 minute load average.'),
];

export const loadavg = sampler<string>({
  name: 'loadavg',
  summary: 'load averages',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: averages,

  read: (host) => required(host, '/proc/loadavg'),

  parse(text, emit) {
    const fields = text.split(' ', averages.length);
    averages.forEach((metric, index) => {
      const value = Number.parseFloat(fields[index] ?? '');
      if (Number.isFinite(value)) emit(metric, value);
    });
  },
});
