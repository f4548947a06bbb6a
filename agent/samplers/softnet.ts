/** Whether processors keep up with the packets that arrive. */

import { hexadecimal } from './parse/numbers.ts';
import { Scanner, words } from './parse/scanner.ts';
import { counter, sampler } from './sampler.ts';

/** The kernel prints the processor's number in this column since 5.14; before, lines count. */
const CPU_COLUMN = 12;

/** In the order of the columns. */
const metrics = [
  counter('node_softnet_processed_total', 'Packets processed.', ['cpu']),
  counter('node_softnet_dropped_total', 'Packets dropped: the queue was full.', ['cpu']),
  counter('node_softnet_times_squeezed_total', 'Times that packets were left for later.', ['cpu']),
];

export const softnet = sampler<string | undefined>({
  name: 'softnet',
  summary: 'packets processed, dropped and put off per core',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics,

  read: (host) => host.readNow('/proc/net/softnet_stat'),

  parse(text, emit) {
    let line = 0;
    for (const lines = new Scanner(text ?? ''); !lines.ended; lines.nextLine()) {
      const columns = words(lines.rest()).map(hexadecimal);
      const cpu = String(columns[CPU_COLUMN] ?? line);
      metrics.forEach((metric, index) => {
        const value = columns[index];
        if (value !== undefined) emit(metric, value, [cpu]);
      });
      line += 1;
    }
  },
});
