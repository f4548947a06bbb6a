/**
 * Raspberry Pi: weak power supplies and heat, which its firmware notices and the kernel's own
 * sensors do not. Older firmware tells by the voltage alarm of hwmon only. Not among
 * node_exporter's.
 */
import type { Host } from '../ports.ts';
import { hexadecimal } from './parse/numbers.ts';
import { gauge, sampler } from './sampler.ts';
import { attribute } from './source.ts';

const PLATFORM = '/sys/devices/platform';
const HWMON = '/sys/class/hwmon';
/** By bit of the firmware's word; 16 bits higher stands whether it ever was so since boot. */
const CONDITIONS = ['under_voltage', 'frequency_capped', 'throttled', 'soft_temperature_limit'];
const SINCE_BOOT_SHIFT = 16;

const now = gauge('node_rpi_throttled', '1 while the firmware reports the condition.', [
  'condition',
]);
const sinceBoot = gauge(
  'node_rpi_throttled_since_boot',
  '1 when the firmware has reported the condition since boot.',
  ['condition'],
);

interface Raw {
  /** The firmware's word, hexadecimal. */
  readonly throttled: string | undefined;
  readonly voltageAlarm: string | undefined;
}

export const rpi = sampler<Raw>({
  name: 'rpi',
  summary: 'under-voltage, throttling and heat limits of a Raspberry Pi',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [now, sinceBoot],

  async read(host) {
    const throttled = await firmwareWord(host);
    return {
      throttled,
      voltageAlarm: throttled === undefined ? await voltageAlarm(host) : undefined,
    };
  },

  parse({ throttled, voltageAlarm }, emit) {
    const word = hexadecimal(throttled ?? '');
    if (word !== undefined) {
      CONDITIONS.forEach((condition, bit) => {
        emit(now, (word >> bit) & 1, [condition]);
        emit(sinceBoot, (word >> (bit + SINCE_BOOT_SHIFT)) & 1, [condition]);
      });
    } else if (voltageAlarm === '0' || voltageAlarm === '1') {
      emit(now, Number(voltageAlarm), ['under_voltage']);
    }
  },
});

/** The firmware's folder is named after the system on chip, which models call differently. */
async function firmwareWord(host: Host): Promise<string | undefined> {
  for (const soc of await host.list(PLATFORM)) {
    if (!soc.startsWith('soc')) continue;
    const path = `${PLATFORM}/${soc}/${soc}:firmware/get_throttled`;
    const word = await attribute(host, path);
    if (word !== undefined) return word;
  }
  return undefined;
}

async function voltageAlarm(host: Host): Promise<string | undefined> {
  for (const chip of await host.list(HWMON)) {
    if (host.readNow(`${HWMON}/${chip}/name`)?.trim() !== 'rpi_volt') continue;
    return attribute(host, `${HWMON}/${chip}/in0_lcrit_alarm`);
  }
  return undefined;
}
