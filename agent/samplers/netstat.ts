/** Counters of IP, ICMP, TCP and UDP: a core selection, or whatever `fields` matches. */
import { metricsByField } from './metrics-by-field.ts';
import { compiled, optionsSchema, patternSchema, textOption } from './options.ts';
import type { NameFilter } from './parse/names.ts';
import { nameFilter } from './parse/names.ts';
import { Scanner, words } from './parse/scanner.ts';
import type { Metric } from './sampler.ts';
import { sampler, untyped } from './sampler.ts';

const FIELDS =
  '^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|' +
  'TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|' +
  'Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|' +
  'Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$';
const FIELD_NAME = /^\w+$/;

interface Raw {
  /** Tables with a line of names over a line of values. */
  readonly tables: readonly string[];
  /** One name and value a line, the protocol's name ending in 6. */
  readonly lines: string;
}

interface Column {
  readonly index: number;
  readonly metric: Metric;
}

/** The wanted columns by their line of names, of which a kernel has six or seven. */
interface Layouts {
  readonly isWanted: NameFilter;
  readonly columns: Map<string, readonly Column[]>;
}
const MOST_LAYOUTS = 64;

const layoutsOf = compiled<Layouts>((options) => ({
  isWanted: nameFilter(textOption(options, 'fields', FIELDS), ''),
  columns: new Map(),
}));
const metricOf = metricsByField((field) =>
  untyped(`node_netstat_${field}`, `Statistic ${field} of the network stack.`),
);

export const netstat = sampler<Raw>({
  name: 'netstat',
  summary: 'counters of IP, ICMP, TCP and UDP',
  profiles: ['full'],
  timeoutMs: 1000,
  metrics: [],
  dynamicMetrics: '`node_netstat_<protocol>_<field>` for the fields that match `fields`',
  options: optionsSchema({ fields: patternSchema('fields wanted, as protocol_field', FIELDS) }),

  read: (host) => ({
    tables: [host.readNow('/proc/net/netstat') ?? '', host.readNow('/proc/net/snmp') ?? ''],
    lines: host.readNow('/proc/net/snmp6') ?? '',
  }),

  parse({ tables, lines }, emit, options) {
    const layouts = layoutsOf(options);
    for (const table of tables) {
      for (const scanner = new Scanner(table); !scanner.ended; scanner.nextLine()) {
        const head = scanner.rest();
        const columns = columnsOf(head, layouts);
        scanner.nextLine();
        const values = scanner.rest().split(' ');
        if (!head.startsWith(`${values[0] ?? ''} `)) continue;
        for (const { index, metric } of columns) {
          const value = Number(values[index]);
          if (Number.isFinite(value)) emit(metric, value);
        }
      }
    }
    for (const scanner = new Scanner(lines); !scanner.ended; scanner.nextLine()) {
      const name = scanner.word();
      const six = name.indexOf('6') + 1;
      const field = `${name.slice(0, six)}_${name.slice(six)}`;
      if (six === 0 || !layouts.isWanted(field) || !FIELD_NAME.test(field)) continue;
      const value = Number(words(scanner.rest())[0]);
      if (Number.isFinite(value)) emit(metricOf(field), value);
    }
  },
});

function columnsOf(head: string, { isWanted, columns }: Layouts): readonly Column[] {
  const known = columns.get(head);
  if (known !== undefined) return known;
  if (columns.size >= MOST_LAYOUTS) columns.clear();
  const [protocol = '', ...names] = head.split(' ');
  const fresh = names.flatMap((name, column) => {
    const field = `${protocol.slice(0, -1)}_${name}`;
    const isField = protocol.endsWith(':') && FIELD_NAME.test(field) && isWanted(field);
    return isField ? [{ index: column + 1, metric: metricOf(field) }] : [];
  });
  columns.set(head, fresh);
  return fresh;
}
