/** Counters of IP, ICMP, TCP and UDP: a core selection, or whatever `fields` matches. */

import { metricsByField } from './metrics-by-field.ts';
import { compiled, optionsSchema, patternSchema, textOption } from './options.ts';
import { nameFilter } from './parse/names.ts';
import { Scanner, words } from './parse/scanner.ts';
import { sampler, untyped } from './sampler.ts';

const FIELDS =
  '^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|' +
  'TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|' +
  'Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|' +
  'Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$';

interface Raw {
  /** Tables with a line of names over a line of values. */
  readonly tables: readonly string[];
  /** One name and value a line, the protocol's name ending in 6. */
  readonly lines: string;
}

const isWanted = compiled((options) => nameFilter(textOption(options, 'fields', FIELDS), ''));
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
    const filter = isWanted(options);
    const report = (field: string, value: number) => {
      if (/^\w+$/.test(field) && Number.isFinite(value) && filter(field)) {
        emit(metricOf(field), value);
      }
    };
    for (const table of tables) {
      for (const scanner = new Scanner(table); !scanner.ended; scanner.nextLine()) {
        const names = words(scanner.rest());
        scanner.nextLine();
        const values = words(scanner.rest());
        const protocol = names[0] ?? '';
        if (!protocol.endsWith(':') || values[0] !== protocol) continue;
        for (let column = 1; column < names.length; column += 1) {
          report(`${protocol.slice(0, -1)}_${names[column] ?? ''}`, Number(values[column]));
        }
      }
    }
    for (const scanner = new Scanner(lines); !scanner.ended; scanner.nextLine()) {
      const [name = '', value = ''] = words(scanner.rest());
      const six = name.indexOf('6') + 1;
      if (six > 0) report(`${name.slice(0, six)}_${name.slice(six)}`, Number(value));
    }
  },
});
