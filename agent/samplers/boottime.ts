/**
 * When the kernel started, by the clock as it is now: a new value is a reboot or a clock that was
 * set. node_exporter has it among the metrics of `stat`; here it stands alone, for profile `edge`.
 */

import { lineStarting, Scanner } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const bootTime = gauge('node_boot_time_seconds', 'Time of the last boot, in seconds since 1970.');

export const boottime = sampler<string>({
  name: 'boottime',
  summary: 'time of the last boot',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 1000,
  metrics: [bootTime],

  read: (host) => required(host, '/proc/stat'),

  parse(text, emit) {
    const at = lineStarting(text, 'btime ');
    if (at < 0) return;
    const value = new Scanner(text, at + 'btime '.length).number();
    if (Number.isFinite(value)) emit(bootTime, value);
  },
});
