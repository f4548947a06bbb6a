/** What the device believes the time is; the difference to the arrival shows a wrong clock. */
import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { words } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';

const FOLDER = '/sys/devices/system/clocksource';

const seconds = gauge('node_time_seconds', 'System time in seconds since 1970.');
const available = gauge(
  'node_time_clocksource_available_info',
  'Clock sources that the kernel could use; always 1.',
  ['device', 'clocksource'],
);
const current = gauge(
  'node_time_clocksource_current_info',
  'Clock source that the kernel uses; always 1.',
  ['device', 'clocksource'],
);

interface Raw {
  readonly wallMs: number;
  readonly sources: readonly {
    readonly device: string;
    readonly available: string;
    readonly current: string;
  }[];
}

export const time = sampler<Raw>({
  name: 'time',
  summary: 'the system clock',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: [seconds, available, current],
  options: optionsSchema({ clocksources: flagSchema('also where the kernel takes time from') }),
  presets: { full: { clocksources: true } },

  read(host, options) {
    if (!flagOption(options, 'clocksources')) return { wallMs: Date.now(), sources: [] };
    return host.list(FOLDER).then((names) => ({
      wallMs: Date.now(),
      sources: names
        .filter((name) => /^clocksource\d+$/.test(name))
        .map((name) => ({
          device: name.slice('clocksource'.length),
          available: host.readNow(`${FOLDER}/${name}/available_clocksource`)?.trim() ?? '',
          current: host.readNow(`${FOLDER}/${name}/current_clocksource`)?.trim() ?? '',
        })),
    }));
  },

  parse({ wallMs, sources }, emit) {
    emit(seconds, wallMs / 1000);
    for (const source of sources) {
      for (const name of words(source.available)) emit(available, 1, [source.device, name]);
      if (source.current !== '') emit(current, 1, [source.device, source.current]);
    }
  },
});
