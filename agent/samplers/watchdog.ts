/** Hardware watchdogs: whether one resets this device when it hangs, and whether one just did. */

import { decimal } from './parse/numbers.ts';
import type { Metric } from './sampler.ts';
import { gauge, sampler } from './sampler.ts';
import { attributes } from './source.ts';

const FOLDER = '/sys/class/watchdog';
const INFO = ['options', 'identity', 'state', 'status', 'pretimeout_governor'];

const files: ReadonlyMap<string, Metric> = new Map([
  ['bootstatus', metric('bootstatus', 'Why it thinks that the device started, as bits.')],
  ['fw_version', metric('fw_version', 'Version of its firmware.')],
  ['nowayout', metric('nowayout', '1 when it cannot be stopped.')],
  ['timeleft', metric('timeleft_seconds', 'Seconds until it resets the device.')],
  ['timeout', metric('timeout_seconds', 'Seconds that it waits.')],
  ['pretimeout', metric('pretimeout_seconds', 'Seconds before the reset at which it warns.')],
  ['access_cs0', metric('access_cs0', '1 when it started the other flash chip.')],
]);
const info = gauge('node_watchdog_info', 'What it is, as labels; always 1.', ['name', ...INFO]);

interface Watchdog {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
}

export const watchdog = sampler<readonly Watchdog[]>({
  name: 'watchdog',
  summary: 'hardware watchdogs',
  profiles: ['full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [info, ...files.values()],

  async read(host) {
    const names = await host.list(FOLDER);
    return Promise.all(
      names.map(async (name) => ({
        name,
        files: await attributes(host, `${FOLDER}/${name}`, [...files.keys(), ...INFO]),
      })),
    );
  },

  parse(watchdogs, emit) {
    for (const { name, files: found } of watchdogs) {
      if (found.size === 0) continue;
      emit(info, 1, [name, ...INFO.map((file) => found.get(file) ?? '')]);
      for (const [file, of] of files) {
        const value = decimal(found.get(file) ?? '');
        if (value !== undefined) emit(of, value, [name]);
      }
    }
  },
});

function metric(name: string, help: string): Metric {
  return gauge(`node_watchdog_${name}`, help, ['name']);
}
