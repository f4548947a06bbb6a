/** Traffic, errors and drops of each network interface. */

import {
  compiled,
  flagOption,
  flagSchema,
  optionsSchema,
  patternSchema,
  textOption,
} from './options.ts';
import { nameFilter } from './parse/names.ts';
import { Scanner } from './parse/scanner.ts';
import type { Metric } from './sampler.ts';
import { counter, sampler } from './sampler.ts';
import { required } from './source.ts';

const NODE_EXPORTER_EXCLUDED = '^lo$';
const EDGE_EXCLUDED = '^(lo|(veth|docker|br-|virbr|ifb|dummy|cni|flannel|cali|lxc).*)$';
const HEADER_LINES = 2;
const CORE = new Set(['bytes', 'packets', 'errs', 'drop']);

/** In the order of `/proc/net/dev`. */
const RECEIVED = ['bytes', 'packets', 'errs', 'drop', 'fifo', 'frame', 'compressed', 'multicast'];
const SENT = ['bytes', 'packets', 'errs', 'drop', 'fifo', 'colls', 'carrier', 'compressed'];

interface Column {
  readonly metric: Metric;
  readonly core: boolean;
}
const columns: readonly Column[] = [
  ...RECEIVED.map((field) => column('receive', field)),
  ...SENT.map((field) => column('transmit', field)),
];

const wantedDevice = compiled((options) =>
  nameFilter(textOption(options, 'include', ''), textOption(options, 'exclude', EDGE_EXCLUDED)),
);

export const netdev = sampler<string>({
  name: 'netdev',
  summary: 'traffic, errors and drops of network interfaces',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: columns.map(({ metric }) => metric),
  options: optionsSchema({
    all: flagSchema('also fifo, frame, carrier, collision, compressed and multicast counts'),
    include: patternSchema('interfaces wanted; empty: all', ''),
    exclude: patternSchema('interfaces left out', EDGE_EXCLUDED),
  }),
  presets: { full: { all: true, exclude: NODE_EXPORTER_EXCLUDED } },

  read: (host) => required(host, '/proc/net/dev'),

  parse(text, emit, options) {
    const all = flagOption(options, 'all');
    const isWanted = wantedDevice(options);
    const lines = new Scanner(text);
    for (let header = 0; header < HEADER_LINES; header += 1) lines.nextLine();
    for (; !lines.ended; lines.nextLine()) {
      // A name may hold a colon (an alias) and large counts may touch it: the last one parts them.
      const line = lines.rest();
      const colon = line.lastIndexOf(':');
      const device = line.slice(0, colon).trim();
      if (colon < 0 || device === '' || !isWanted(device)) continue;
      const labels = [device];
      lines.at += colon + 1;
      for (const { metric, core } of columns) {
        const value = lines.number();
        if (Number.isFinite(value) && (all || core)) emit(metric, value, labels);
      }
    }
  },
});

function column(direction: string, field: string): Column {
  const name = `node_network_${direction}_${field}_total`;
  return {
    metric: counter(name, `Column ${field} (${direction}) of /proc/net/dev.`, ['device']),
    core: CORE.has(field),
  };
}
