/** Temperatures that the kernel watches, and how hard it cools. A sensor's driver may be slow. */
import type { Host } from '../ports.ts';
import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { gauge, sampler } from './sampler.ts';
import { attribute, numericAttribute } from './source.ts';

const FOLDER = '/sys/class/thermal';
const MILLIDEGREES = 1000;

const temperature = gauge('node_thermal_zone_temp', 'Temperature of the zone in Celsius.', [
  'zone',
  'type',
]);
const coolingState = gauge('node_cooling_device_cur_state', 'How hard it cools now.', [
  'name',
  'type',
]);
const coolingMaximum = gauge('node_cooling_device_max_state', 'How hard it can cool.', [
  'name',
  'type',
]);

interface Zone {
  readonly id: string;
  readonly type: string;
  readonly millidegrees: number | undefined;
}
interface Cooler {
  readonly id: string;
  readonly type: string;
  readonly state: number | undefined;
  readonly maximum: number | undefined;
}
interface Raw {
  readonly zones: readonly Zone[];
  readonly coolers: readonly Cooler[];
}

export const thermalZone = sampler<Raw>({
  name: 'thermal_zone',
  summary: 'temperatures, and with `cooling` the cooling devices',
  profiles: ['edge', 'full'],
  intervalSeconds: 30,
  timeoutMs: 5000,
  metrics: [temperature, coolingState, coolingMaximum],
  options: optionsSchema({ cooling: flagSchema('also the cooling devices') }),
  presets: { full: { cooling: true } },

  async read(host, options) {
    const names = await host.list(FOLDER);
    const cooling = flagOption(options, 'cooling');
    const [zones, coolers] = await Promise.all([
      Promise.all(names.filter(numbered('thermal_zone')).map((name) => zone(host, name))),
      Promise.all(
        names.filter((name) => cooling && numbered('cooling_device')(name)).map(cooler(host)),
      ),
    ]);
    return { zones, coolers };
  },

  parse({ zones, coolers }, emit) {
    for (const { id, type, millidegrees } of zones) {
      if (millidegrees !== undefined) emit(temperature, millidegrees / MILLIDEGREES, [id, type]);
    }
    for (const { id, type, state, maximum } of coolers) {
      if (state !== undefined) emit(coolingState, state, [id, type]);
      if (maximum !== undefined) emit(coolingMaximum, maximum, [id, type]);
    }
  },
});

async function zone(host: Host, name: string): Promise<Zone> {
  const folder = `${FOLDER}/${name}`;
  return {
    id: name.slice('thermal_zone'.length),
    type: host.readNow(`${folder}/type`)?.trim() ?? '',
    millidegrees: await numericAttribute(host, `${folder}/temp`),
  };
}

function cooler(host: Host): (name: string) => Promise<Cooler> {
  return async (name) => {
    const folder = `${FOLDER}/${name}`;
    return {
      id: name.slice('cooling_device'.length),
      type: (await attribute(host, `${folder}/type`)) ?? '',
      state: await numericAttribute(host, `${folder}/cur_state`),
      maximum: await numericAttribute(host, `${folder}/max_state`),
    };
  };
}

function numbered(prefix: string): (name: string) => boolean {
  return (name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length));
}
