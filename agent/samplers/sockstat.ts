/** Sockets in use by protocol, and the memory that they take. */
import type { Host } from '../ports.ts';
import { perHost } from './memory.ts';
import { metricsByField } from './metrics-by-field.ts';
import { pageSize } from './parse/page-size.ts';
import { Scanner, words } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';

interface Raw {
  readonly texts: readonly (string | undefined)[];
  readonly pageBytes: number;
}

const metricOf = metricsByField((field) =>
  gauge(`node_sockstat_${field}`, `Field ${field} of /proc/net/sockstat.`),
);
const pageBytesOf = perHost(() => ({ value: 0 }));

export const sockstat = sampler<Raw>({
  name: 'sockstat',
  summary: 'sockets in use by protocol',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics: [],
  dynamicMetrics: '`node_sockstat_<protocol>_<field>` for every field of `/proc/net/sockstat{,6}`',

  read: (host) => ({
    texts: [host.readNow('/proc/net/sockstat'), host.readNow('/proc/net/sockstat6')],
    pageBytes: pageBytes(host),
  }),

  parse({ texts, pageBytes }, emit) {
    for (const text of texts) {
      for (const lines = new Scanner(text ?? ''); !lines.ended; lines.nextLine()) {
        const [protocol = '', ...fields] = words(lines.rest());
        if (!/^\w+:$/.test(protocol)) continue;
        for (let index = 0; index + 1 < fields.length; index += 2) {
          const field = `${protocol.slice(0, -1)}_${fields[index] ?? ''}`;
          const value = Number(fields[index + 1]);
          if (!Number.isFinite(value) || !/^\w+$/.test(field)) continue;
          emit(metricOf(field), value);
          // The kernel counts the memory of TCP and UDP in pages.
          if (field.endsWith('_mem')) emit(metricOf(`${field}_bytes`), value * pageBytes);
        }
      }
    }
  },
});

function pageBytes(host: Host): number {
  const kept = pageBytesOf(host);
  if (kept.value === 0) {
    kept.value = pageSize(host.readNow('/proc/meminfo') ?? '', host.readNow('/proc/vmstat') ?? '');
  }
  return kept.value;
}
