/** Context switches, interrupts, new and running processes: the kernel's own totals. */

import { lineStarting, Scanner } from './parse/scanner.ts';
import type { Metric } from './sampler.ts';
import { counter, gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

/** In the order of `/proc/stat`. */
const fields: readonly { readonly start: string; readonly metric: Metric }[] = [
  { start: 'intr ', metric: counter('node_intr_total', 'Interrupts served.') },
  { start: 'ctxt ', metric: counter('node_context_switches_total', 'Context switches.') },
  { start: 'processes ', metric: counter('node_forks_total', 'Processes and threads started.') },
  { start: 'procs_running ', metric: gauge('node_procs_running', 'Tasks that can run now.') },
  { start: 'procs_blocked ', metric: gauge('node_procs_blocked', 'Tasks waiting for storage.') },
];

export const stat = sampler<string>({
  name: 'stat',
  summary: 'context switches, interrupts, forks, running and blocked tasks',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics: fields.map(({ metric }) => metric),

  read: (host) => required(host, '/proc/stat'),

  parse(text, emit) {
    let from = 0;
    for (const { start, metric } of fields) {
      const at = lineStarting(text, start, from);
      if (at < 0) continue;
      from = at + start.length;
      const value = new Scanner(text, from).number();
      if (Number.isFinite(value)) emit(metric, value);
    }
  },
});
