/** How long tasks ran and waited on each core, where the kernel keeps scheduler statistics. */

import { Scanner } from './parse/scanner.ts';
import { counter, sampler } from './sampler.ts';

const NANOSECONDS = 1e9;
/** Columns before the three that are meant. */
const OTHER_COLUMNS = 6;

const running = counter('node_schedstat_running_seconds_total', 'Seconds that tasks ran.', ['cpu']);
const waiting = counter('node_schedstat_waiting_seconds_total', 'Seconds that tasks waited.', [
  'cpu',
]);
const slices = counter('node_schedstat_timeslices_total', 'Time slices run.', ['cpu']);

export const schedstat = sampler<string | undefined>({
  name: 'schedstat',
  summary: 'running and waiting time per core',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics: [running, waiting, slices],

  read: (host) => host.readNow('/proc/schedstat'),

  parse(text, emit) {
    for (const lines = new Scanner(text ?? ''); !lines.ended; lines.nextLine()) {
      const name = lines.word();
      if (!/^cpu\d+$/.test(name)) continue;
      lines.skip(OTHER_COLUMNS);
      const labels = [name.slice('cpu'.length)];
      const [ran, waited, count] = [lines.number(), lines.number(), lines.number()];
      if (Number.isFinite(ran)) emit(running, ran / NANOSECONDS, labels);
      if (Number.isFinite(waited)) emit(waiting, waited / NANOSECONDS, labels);
      if (Number.isFinite(count)) emit(slices, count, labels);
    }
  },
});
