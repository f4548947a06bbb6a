/**
 * How the kernel names the attributes of sensors, and how node_exporter names their metrics: by
 * type and property, in base units. It leaves no property out, and scales all of a type alike.
 */
import { posix } from 'node:path';
import { decimal } from './numbers.ts';

export interface SensorFile {
  /** `temp` of `temp1_crit`. */
  readonly type: string;
  /** `temp1`. */
  readonly sensor: string;
  /** `crit`; empty for the reading itself. */
  readonly property: string;
}

export interface Reading {
  /** Of the metric, without its prefix. */
  readonly name: string;
  readonly value: number;
}

const TYPES = new Set(
  'vrm beep_enable update_interval in cpu fan pwm temp curr power energy humidity intrusion'.split(
    ' ',
  ),
);
const RPM_PROPERTIES = new Set(['', 'min', 'max', 'target']);
const INTERVAL_PROPERTIES = new Set([
  'average_interval',
  'average_interval_min',
  'average_interval_max',
]);
const MILLI = 1e3;
const MICRO = 1e6;

export function sensorFile(name: string): SensorFile | undefined {
  const found = /^([^0-9]+)([0-9]*)(?:_(.+))?$/.exec(name);
  const type = found?.[1] ?? '';
  if (found === null || !TYPES.has(type)) return undefined;
  const property = found[3] ?? '';
  return {
    type,
    sensor: `${type}${found[2] || '0'}`,
    property: property === 'input' ? '' : property,
  };
}

export function readingOf({ type, property }: SensorFile, text: string): Reading | undefined {
  const printed = decimal(text);
  if (printed === undefined) return undefined;
  const [unit, divisor] = unitOf(type, property);
  const name = [NAMES[type] ?? type, property === 'beep' ? 'beep_enabled' : property, unit];
  return { name: name.filter((part) => part !== '').join('_'), value: printed / divisor };
}

const NAMES: Readonly<Record<string, string>> = {
  vrm: 'voltage_regulator_version',
  beep_enable: 'beep_enabled',
};

/** The unit's place in the name, and what the kernel's number is divided by. */
function unitOf(type: string, property: string): readonly [string, number] {
  if (property === 'fault' || property === 'alarm' || property === 'beep') return ['', 1];
  switch (type) {
    case 'update_interval':
      return ['seconds', MILLI];
    case 'in':
    case 'cpu':
      return ['volts', MILLI];
    case 'temp':
      return property === 'type' ? ['', 1] : ['celsius', MILLI];
    case 'curr':
      return ['amps', MILLI];
    case 'energy':
      return ['joule_total', MICRO];
    case 'power':
      return INTERVAL_PROPERTIES.has(property) ? ['seconds', MILLI] : ['watt', MICRO];
    case 'humidity':
      return ['', MICRO];
    case 'fan':
      return RPM_PROPERTIES.has(property) ? ['rpm', 1] : ['', 1];
    default:
      return ['', 1];
  }
}

/**
 * A chip by the place of its device, which stays when chips are found in another order; by its own
 * name when it has no device, by its number when it has neither.
 */
export function chipName(
  deviceLink: string | undefined,
  folderLink: string | undefined,
  name: string | undefined,
  folder: string,
): string {
  if (deviceLink !== undefined) {
    const own = posix.resolve('/sys/class/hwmon', folderLink ?? folder);
    const device = posix.resolve(own, deviceLink);
    const parts = [posix.basename(posix.dirname(device)), posix.basename(device)].map(clean);
    const place = parts.filter((part) => part !== '').join('_');
    if (place !== '') return place;
  }
  return clean(name ?? '') || clean(folder);
}

function clean(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9:_]/g, '_')
    .replaceAll(/^_+|_+$/g, '');
}
