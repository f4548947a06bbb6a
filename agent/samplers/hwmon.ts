/**
 * Sensors of boards and chips: temperatures, voltages, fans, power. Their drivers talk over slow
 * buses, so this runs off the main thread and not in profile `edge`.
 */
import type { Host } from '../ports.ts';
import { metricsByField } from './metrics-by-field.ts';
import type { SensorFile } from './parse/hwmon.ts';
import { chipName, readingOf, sensorFile } from './parse/hwmon.ts';
import { counter, gauge, sampler } from './sampler.ts';
import { attribute } from './source.ts';

const FOLDER = '/sys/class/hwmon';

const names = gauge('node_hwmon_chip_names', 'What the chip calls itself; always 1.', [
  'chip',
  'chip_name',
]);
const sensorLabel = gauge('node_hwmon_sensor_label', 'What the sensor measures; always 1.', [
  'chip',
  'sensor',
  'label',
]);
const metricOf = metricsByField((name) =>
  (name.endsWith('_total') ? counter : gauge)(`node_hwmon_${name}`, 'Attribute of the sensor.', [
    'chip',
    'sensor',
  ]),
);

interface Chip {
  /** As in its series' labels. */
  readonly id: string;
  readonly name: string | undefined;
  readonly files: readonly (readonly [SensorFile, string])[];
}

export const hwmon = sampler<readonly Chip[]>({
  name: 'hwmon',
  summary: 'sensors of boards and chips',
  profiles: ['full'],
  intervalSeconds: 60,
  timeoutMs: 10_000,
  metrics: [names, sensorLabel],
  dynamicMetrics: '`node_hwmon_<type>[_<property>][_<unit>]` for every attribute of a sensor',

  async read(host) {
    const chips: Chip[] = [];
    for (const folder of await host.list(FOLDER)) chips.push(await chip(host, folder));
    return chips;
  },

  parse(chips, emit) {
    for (const { id, name, files } of chips) {
      if (name !== undefined) emit(names, 1, [id, name]);
      for (const [file, text] of files) {
        if (file.property === 'label') {
          if (text !== '') emit(sensorLabel, 1, [id, file.sensor, text]);
          continue;
        }
        const reading = readingOf(file, text);
        if (reading !== undefined) emit(metricOf(reading.name), reading.value, [id, file.sensor]);
      }
    }
  },
});

async function chip(host: Host, folder: string): Promise<Chip> {
  const path = `${FOLDER}/${folder}`;
  const name = await attribute(host, `${path}/name`);
  const device = await host.link(`${path}/device`);
  // Old drivers keep their attributes in the folder of the device itself.
  const own = await sensors(host, path);
  const files = own.concat(device === undefined ? [] : await sensors(host, `${path}/device`));
  return { id: chipName(device, await host.link(path), name, folder), name, files };
}

async function sensors(host: Host, folder: string): Promise<(readonly [SensorFile, string])[]> {
  const found: (readonly [SensorFile, string])[] = [];
  for (const entry of await host.list(folder)) {
    const file = sensorFile(entry);
    const text = file && (await attribute(host, `${folder}/${entry}`));
    if (file && text !== undefined) found.push([file, text]);
  }
  return found;
}
