/**
 * Where the processors spend their time, per core and mode.
 *
 * The kernel lets idle and I/O wait step back a little; passed on, each step would look like a
 * restart of the counter to `rate()`. So the highest value seen stands until the counter catches
 * up, unless it fell so far that the core must have been taken out and back.
 */
import type { Host } from '../ports.ts';
import { perHost } from './memory.ts';
import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { lineStarting } from './parse/scanner.ts';
import { counter, sampler } from './sampler.ts';
import { required } from './source.ts';

const TICKS_PER_SECOND = 100;
const RESTART_TICKS = 3 * TICKS_PER_SECOND;
const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
const IDLE = MODES.indexOf('idle');
/** After the modes: time in guests, which the kernel counts in user and nice as well. */
const GUEST_MODES = ['user', 'nice'];

const seconds = counter('node_cpu_seconds_total', 'Seconds that each CPU spent in each mode.', [
  'cpu',
  'mode',
]);
const guestSeconds = counter(
  'node_cpu_guest_seconds_total',
  'Seconds that each CPU spent running guests.',
  ['cpu', 'mode'],
);

interface Core {
  readonly ticks: Float64Array;
  readonly labels: readonly (readonly string[])[];
}

interface Raw {
  readonly text: string;
  readonly cores: Map<string, Core>;
}

const coresOf = perHost(() => new Map<string, Core>());

export const cpu = sampler<Raw>({
  name: 'cpu',
  summary: 'time per core and mode',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: [seconds, guestSeconds],
  options: optionsSchema({ guest: flagSchema('also the time spent in virtual machines') }),
  presets: { full: { guest: true } },

  read: (host: Host) => ({ text: required(host, '/proc/stat'), cores: coresOf(host) }),

  parse({ text, cores }, emit, options) {
    const guest = flagOption(options, 'guest');
    let at = lineStarting(text, 'cpu0');
    if (at < 0) at = text.indexOf('\ncpu') + 1;
    while (text.startsWith('cpu', at)) {
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline;
      const fields = text.slice(at, end).split(' ');
      const core = coreNamed(cores, fields[0]?.slice(3) ?? '');
      if (core !== undefined) {
        raise(core.ticks, fields);
        core.labels.forEach((labels, index) => {
          const inGuest = index >= MODES.length;
          if (fields[index + 1] === undefined || (inGuest && !guest)) return;
          emit(
            inGuest ? guestSeconds : seconds,
            (core.ticks[index] ?? 0) / TICKS_PER_SECOND,
            labels,
          );
        });
      }
      at = end + 1;
    }
  },
});

function coreNamed(cores: Map<string, Core>, name: string): Core | undefined {
  const known = cores.get(name);
  if (known !== undefined || !/^\d{1,5}$/.test(name)) return known;
  const labels = [...MODES, ...GUEST_MODES].map((mode) => [name, mode]);
  const fresh = { ticks: new Float64Array(labels.length), labels };
  cores.set(name, fresh);
  return fresh;
}

function raise(ticks: Float64Array, fields: readonly string[]): void {
  if (Number(fields[IDLE + 1]) < (ticks[IDLE] ?? 0) - RESTART_TICKS) ticks.fill(0);
  for (let index = 0; index < ticks.length; index += 1) {
    const value = Number(fields[index + 1]);
    if (value > (ticks[index] ?? 0)) ticks[index] = value;
  }
}
