/** Connections that the firewall tracks, against the table's size; gateways fill it. */

import { decimal, hexadecimal } from './parse/numbers.ts';
import { words } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';

const COUNT = '/proc/sys/net/netfilter/nf_conntrack_count';
const LIMIT = '/proc/sys/net/netfilter/nf_conntrack_max';
const STATISTICS = '/proc/net/stat/nf_conntrack';

const entries = gauge('node_nf_conntrack_entries', 'Connections tracked.');
const limit = gauge('node_nf_conntrack_entries_limit', 'Connections that can be tracked.');
/** By the kernel's name of the column; node_exporter calls them gauges. */
const statistics = [
  'found',
  'invalid',
  'ignore',
  'insert',
  'insert_failed',
  'drop',
  'early_drop',
  'search_restart',
].map((column) => ({
  column,
  metric: gauge(`node_nf_conntrack_stat_${column}`, `Sum of column ${column} over all cores.`),
}));

interface Raw {
  readonly count: string | undefined;
  readonly limit: string | undefined;
  readonly statistics: string | undefined;
}

export const conntrack = sampler<Raw>({
  name: 'conntrack',
  summary: 'connections tracked by the firewall',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics: [entries, limit, ...statistics.map(({ metric }) => metric)],

  read: (host) => ({
    count: host.readNow(COUNT),
    limit: host.readNow(LIMIT),
    statistics: host.readNow(STATISTICS),
  }),

  parse(raw, emit) {
    const count = decimal(raw.count ?? '');
    const most = decimal(raw.limit ?? '');
    if (count !== undefined) emit(entries, count);
    if (most !== undefined) emit(limit, most);
    const [head = '', ...lines] = (raw.statistics ?? '').trim().split('\n');
    const columns = words(head);
    const rows = lines.map((line) => words(line).map(hexadecimal));
    for (const { column, metric } of statistics) {
      const at = columns.indexOf(column);
      if (at < 0 || rows.length === 0) continue;
      emit(
        metric,
        rows.reduce((sum, row) => sum + (row[at] ?? 0), 0),
      );
    }
  },
});
