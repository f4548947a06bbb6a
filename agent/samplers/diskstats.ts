/** What each disk has done since it was attached. The columns are those of the kernel's iostats. */

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
import { counter, gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const NODE_EXPORTER_EXCLUDED = '^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$';
const EDGE_EXCLUDED =
  '^((ram|loop|fd|zram|nbd|sr|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p|mmcblk\\d+(p|boot))\\d+|mmcblk\\d+rpmb)$';
const BYTES_PER_SECTOR = 512;
const MS_PER_SECOND = 1000;

interface Column {
  readonly metric: Metric;
  /** What the kernel's unit is divided by, or its bytes multiplied. */
  readonly value: (printed: number) => number;
  readonly core: boolean;
}

const asIs = (printed: number) => printed;
const sectors = (printed: number) => printed * BYTES_PER_SECTOR;
const milliseconds = (printed: number) => printed / MS_PER_SECOND;

/** In the kernel's order. Old kernels print fewer. */
const columns: readonly Column[] = [
  column('reads_completed_total', 'Reads completed.', asIs, true),
  column('reads_merged_total', 'Reads merged into others.', asIs),
  column('read_bytes_total', 'Bytes read.', sectors, true),
  column('read_time_seconds_total', 'Seconds spent by all reads.', milliseconds),
  column('writes_completed_total', 'Writes completed.', asIs, true),
  column('writes_merged_total', 'Writes merged into others.', asIs),
  column('written_bytes_total', 'Bytes written.', sectors, true),
  column('write_time_seconds_total', 'Seconds spent by all writes.', milliseconds),
  {
    metric: gauge('node_disk_io_now', 'Operations under way.', ['device']),
    value: asIs,
    core: false,
  },
  column('io_time_seconds_total', 'Seconds in which the disk was busy.', milliseconds, true),
  column('io_time_weighted_seconds_total', 'Seconds times requests waiting.', milliseconds, true),
  column('discards_completed_total', 'Discards completed.', asIs),
  column('discards_merged_total', 'Discards merged into others.', asIs),
  column('discarded_sectors_total', 'Sectors discarded.', asIs),
  column('discard_time_seconds_total', 'Seconds spent by all discards.', milliseconds),
  column('flush_requests_total', 'Flushes completed.', asIs),
  column('flush_requests_time_seconds_total', 'Seconds spent by all flushes.', milliseconds),
];
const lastCore = columns.findLastIndex(({ core }) => core);

const wantedDevice = compiled((options) =>
  nameFilter(textOption(options, 'include', ''), textOption(options, 'exclude', EDGE_EXCLUDED)),
);

export const diskstats = sampler<string>({
  name: 'diskstats',
  summary: 'reads, writes and busy time of disks',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: columns.map(({ metric }) => metric),
  options: optionsSchema({
    all: flagSchema('also merges, times, operations under way, discards and flushes'),
    include: patternSchema('devices wanted; empty: all', ''),
    exclude: patternSchema('devices left out', EDGE_EXCLUDED),
  }),
  presets: { full: { all: true, exclude: NODE_EXPORTER_EXCLUDED } },

  read: (host) => required(host, '/proc/diskstats'),

  parse(text, emit, options) {
    const all = flagOption(options, 'all');
    const isWanted = wantedDevice(options);
    for (const lines = new Scanner(text); !lines.ended; lines.nextLine()) {
      lines.skip(2);
      const device = lines.word();
      if (device === '' || !isWanted(device)) continue;
      const labels = [device];
      for (const [index, { metric, value, core }] of columns.entries()) {
        if (!all && index > lastCore) break;
        const printed = lines.number();
        if (Number.isFinite(printed) && (all || core)) emit(metric, value(printed), labels);
      }
    }
  },
});

function column(name: string, help: string, value: Column['value'], core = false): Column {
  return { metric: counter(`node_disk_${name}`, help, ['device']), value, core };
}
