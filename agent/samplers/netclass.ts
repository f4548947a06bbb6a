/**
 * What sysfs says of each network interface: whether it is up, and in profile `full` the rest.
 * Addresses identify a device and its owner, so their labels stay empty unless asked for.
 */

import {
  compiled,
  flagOption,
  flagSchema,
  optionsSchema,
  patternSchema,
  textOption,
} from './options.ts';
import { nameFilter } from './parse/names.ts';
import { decimal, hexadecimal } from './parse/numbers.ts';
import type { Metric } from './sampler.ts';
import { counter, gauge, sampler } from './sampler.ts';
import { attributes } from './source.ts';

const FOLDER = '/sys/class/net';
const EDGE_EXCLUDED = '^(lo|(veth|docker|br-|virbr|ifb|dummy|cni|flannel|cali|lxc).*)$';
const BYTES_PER_MEGABIT = 1e6 / 8;

interface Property {
  readonly file: string;
  readonly metric: Metric;
}
const properties: readonly Property[] = [
  property('addr_assign_type', 'address_assign_type'),
  property('carrier', 'carrier'),
  property('carrier_changes', 'carrier_changes_total', counter),
  property('carrier_up_count', 'carrier_up_changes_total', counter),
  property('carrier_down_count', 'carrier_down_changes_total', counter),
  property('dev_id', 'device_id'),
  property('dormant', 'dormant'),
  property('flags', 'flags'),
  property('ifindex', 'iface_id'),
  property('iflink', 'iface_link'),
  property('link_mode', 'iface_link_mode'),
  property('mtu', 'mtu_bytes'),
  property('name_assign_type', 'name_assign_type'),
  property('netdev_group', 'net_dev_group'),
  property('speed', 'speed_bytes'),
  property('tx_queue_len', 'transmit_queue_length'),
  property('type', 'protocol_type'),
];
const INFO_FILES = ['address', 'broadcast', 'duplex', 'ifalias', 'operstate'];
/** Behind these a slow bus may stand; all the rest the kernel knows. */
const ASKED_OF_DRIVERS = ['speed', 'duplex'];
const KNOWN_TO_KERNEL = [...properties.map(({ file }) => file), ...INFO_FILES].filter(
  (file) => !ASKED_OF_DRIVERS.includes(file),
);
const ADDRESSES = new Set(['address', 'broadcast']);

const up = gauge('node_network_up', '1 when the interface is operational.', ['device']);
const info = gauge('node_network_info', 'What the interface is, as labels; always 1.', [
  'device',
  ...INFO_FILES,
]);

interface Interface {
  readonly device: string;
  readonly files: ReadonlyMap<string, string>;
}

const wantedDevice = compiled((options) =>
  nameFilter(textOption(options, 'include', ''), textOption(options, 'exclude', EDGE_EXCLUDED)),
);

export const netclass = sampler<readonly Interface[]>({
  name: 'netclass',
  summary: 'state of network interfaces; with `all` speed, carrier changes and more',
  profiles: ['edge', 'full'],
  intervalSeconds: 30,
  timeoutMs: 5000,
  metrics: [up, info, ...properties.map(({ metric }) => metric)],
  options: optionsSchema({
    all: flagSchema('also speed, carrier changes, flags, queue length and the rest'),
    addresses: flagSchema('fill in the hardware address labels of node_network_info'),
    include: patternSchema('interfaces wanted; empty: all', ''),
    exclude: patternSchema('interfaces left out', EDGE_EXCLUDED),
  }),
  presets: { full: { all: true, exclude: '' } },

  async read(host, options) {
    const devices = (await host.list(FOLDER)).filter(wantedDevice(options));
    const isInterface = (device: string) =>
      host.readNow(`${FOLDER}/${device}/operstate`) !== undefined;
    if (!flagOption(options, 'all')) {
      return devices.filter(isInterface).map((device) => {
        const state = host.readNow(`${FOLDER}/${device}/operstate`)?.trim() ?? '';
        return { device, files: new Map([['operstate', state]]) };
      });
    }
    return Promise.all(
      devices.filter(isInterface).map(async (device) => {
        const folder = `${FOLDER}/${device}`;
        const files = new Map(await attributes(host, folder, ASKED_OF_DRIVERS));
        for (const name of KNOWN_TO_KERNEL) {
          const text = host.readNow(`${folder}/${name}`);
          if (text !== undefined) files.set(name, text.trim());
        }
        return { device, files };
      }),
    );
  },

  parse(interfaces, emit, options) {
    const all = flagOption(options, 'all');
    const withAddresses = flagOption(options, 'addresses');
    for (const { device, files } of interfaces) {
      emit(up, files.get('operstate') === 'up' ? 1 : 0, [device]);
      if (!all) continue;
      const shown = INFO_FILES.map((file) =>
        ADDRESSES.has(file) && !withAddresses ? '' : (files.get(file) ?? ''),
      );
      emit(info, 1, [device, ...shown]);
      for (const { file, metric } of properties) {
        const value = propertyValue(file, files.get(file) ?? '');
        if (value !== undefined) emit(metric, value, [device]);
      }
    }
  },
});

function propertyValue(file: string, text: string): number | undefined {
  if (text.startsWith('0x')) return hexadecimal(text);
  const value = decimal(text);
  if (file !== 'speed' || value === undefined) return value;
  // Drivers that do not know their speed print -1.
  return value < 0 ? undefined : value * BYTES_PER_MEGABIT;
}

function property(file: string, name: string, kind = gauge): Property {
  return { file, metric: kind(`node_network_${name}`, `Attribute ${file} of sysfs.`, ['device']) };
}
