/**
 * Batteries and chargers: charge, voltage, current, temperature. A battery's controller answers
 * slowly, over a bus of its own. Serial numbers stay on the device.
 */

import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { parseAssignments } from './parse/assignments.ts';
import { decimal } from './parse/numbers.ts';
import type { Metric } from './sampler.ts';
import { gauge, sampler } from './sampler.ts';

const FOLDER = '/sys/class/power_supply';
const MICRO = 1e6;
const TENTHS = 10;

interface Property {
  /** As in the kernel's uevent file, without its prefix and in lower case. */
  readonly key: string;
  readonly metric: Metric;
  /** What the kernel's number is divided by. */
  readonly divisor: number;
  readonly core: boolean;
}

const properties: readonly Property[] = [
  ...['capacity', 'online', 'present'].map((key) => property(key, key, 1, true)),
  property('voltage_now', 'voltage_volt', MICRO, true),
  property('current_now', 'current_ampere', MICRO, true),
  property('power_now', 'power_watt', MICRO, true),
  property('charge_now', 'charge_ampere', MICRO, true),
  property('energy_now', 'energy_watthour', MICRO, true),
  property('temp', 'temp_celsius', TENTHS, true),
  property('cycle_count', 'cyclecount', 1, true),
  property('time_to_empty_now', 'time_to_empty_seconds', 1),
  property('time_to_full_now', 'time_to_full_seconds', 1),
  property('temp_ambient', 'temp_ambient_celsius', TENTHS),
  property('temp_max', 'temp_max_celsius', TENTHS),
  property('temp_min', 'temp_min_celsius', TENTHS),
  ...['authentic', 'calibrate', 'capacity_alert_max', 'capacity_alert_min'].map((key) =>
    property(key, key, 1),
  ),
  ...[
    'charge_control_limit',
    'charge_counter',
    'charge_empty',
    'charge_full',
    'charge_full_design',
    'constant_charge_current',
    'constant_charge_voltage',
    'current_boot',
    'current_max',
    'energy_empty',
    'energy_full',
    'energy_full_design',
    'input_current_limit',
    'precharge_current',
    'voltage_boot',
    'voltage_max',
    'voltage_max_design',
    'voltage_min',
    'voltage_min_design',
    'voltage_ocv',
  ].map((key) => property(key, key, MICRO)),
];

const INFO = [
  'type',
  'status',
  'capacity_level',
  'charge_type',
  'health',
  'manufacturer',
  'model_name',
  'scope',
  'technology',
  'usb_type',
];
const info = gauge('node_power_supply_info', 'What it is and does, as labels; always 1.', [
  'power_supply',
  ...INFO,
]);

interface Supply {
  readonly name: string;
  readonly uevent: string;
}

export const powerSupply = sampler<readonly Supply[]>({
  name: 'powersupplyclass',
  summary: 'batteries and chargers',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [info, ...properties.map(({ metric }) => metric)],
  options: optionsSchema({ all: flagSchema('also limits, design values and remaining times') }),
  presets: { full: { all: true } },

  async read(host) {
    const supplies: Supply[] = [];
    for (const name of await host.list(FOLDER)) {
      const uevent = await host.read(`${FOLDER}/${name}/uevent`);
      if (uevent !== undefined) supplies.push({ name, uevent });
    }
    return supplies;
  },

  parse(supplies, emit, options) {
    const all = flagOption(options, 'all');
    for (const { name, uevent } of supplies) {
      const fields = parseAssignments(uevent);
      const text = (key: string) => fields.get(`POWER_SUPPLY_${key.toUpperCase()}`) ?? '';
      emit(info, 1, [name, ...INFO.map(text)]);
      for (const { key, metric, divisor, core } of properties) {
        const value = all || core ? decimal(text(key)) : undefined;
        if (value !== undefined) emit(metric, value / divisor, [name]);
      }
    }
  },
});

function property(key: string, name: string, divisor: number, core = false): Property {
  const metric = gauge(`node_power_supply_${name}`, `Property ${key} of the supply.`, [
    'power_supply',
  ]);
  return { key, metric, divisor, core };
}
