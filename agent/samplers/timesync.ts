/**
 * Whether the clock is kept by a time server. node_exporter asks the kernel (adjtimex), which Node
 * cannot; systemd-timesyncd leaves a file that it touches at each synchronisation. Beside another
 * time service, or none, nothing is known and nothing is reported.
 */
import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { gauge, sampler } from './sampler.ts';

const FOLDER = '/run/systemd/timesync';
/** The kernel stops calling a clock synchronised when 500 ppm of drift could have made 16 s. */
const HOLD_MS = (16 / 500e-6) * 1000;

const synchronised = gauge(
  'node_timex_sync_status',
  '1 while systemd-timesyncd keeps the clock, 0 when it does not (yet, or any more).',
);
const lastTime = gauge(
  'node_timesync_last_synchronized_timestamp_seconds',
  'When systemd-timesyncd last had the time from a server, in seconds since 1970.',
);

interface Raw {
  readonly wallMs: number;
  /** When it was last touched; absent: never since boot. */
  readonly synchronisedMs: number | undefined;
  readonly isServiceThere: boolean;
}

export const timesync = sampler<Raw>({
  name: 'timesync',
  summary: 'whether systemd-timesyncd keeps the clock',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [synchronised, lastTime],
  options: optionsSchema({ lastTime: flagSchema('also when it last had the time') }),
  presets: { full: { lastTime: true } },

  async read(host) {
    const file = await host.stat(`${FOLDER}/synchronized`);
    return {
      wallMs: Date.now(),
      synchronisedMs: file?.modifiedMs,
      isServiceThere: file !== undefined || (await host.stat(FOLDER)) !== undefined,
    };
  },

  parse({ wallMs, synchronisedMs, isServiceThere }, emit, options) {
    if (!isServiceThere) return;
    const age = synchronisedMs === undefined ? undefined : wallMs - synchronisedMs;
    emit(synchronised, age !== undefined && age < HOLD_MS ? 1 : 0);
    if (synchronisedMs !== undefined && flagOption(options, 'lastTime')) {
      emit(lastTime, synchronisedMs / 1000);
    }
  },
});
