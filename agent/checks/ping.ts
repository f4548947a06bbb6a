/**
 * A host that must answer ICMP echo requests, asked by the system's `ping`: raw sockets need a right
 * that the agent does not have, and the distributions give it to that program.
 */
import {
  count,
  duration,
  type Infer,
  object,
  optional,
  text,
} from '../../protocol/config/schema.ts';
import type { RunResult } from '../ports/caretaking.ts';
import { type CheckFinding, check } from './check.ts';
import { secondsFigure } from './kit/budget.ts';
import { oneLine, shownSeconds } from './kit/text.ts';
import { isNotPermitted, type PingStatistics, parsePing } from './parse/ping.ts';

const WAIT_SECONDS = 2;

const loss = (of: string, otherwise: number) =>
  count(`Lost packets from which on it is ${of}, in percent.`, {
    default: otherwise,
    min: 1,
    max: 100,
    remote: true,
  });
const rtt = (of: string) =>
  optional(
    duration(`Mean round trip above which it is ${of}.`, { min: '1ms', max: '60s', remote: true }),
  );

const schema = object('Sends ICMP echo requests.', {
  // A dash at the start would be an option of the program.
  host: text('Name or address.', { pattern: '^[0-9A-Za-z:._%][0-9A-Za-z:._%-]*$' }),
  count: count('How many packets, one in a second.', { default: 3, min: 1, max: 20, remote: true }),
  warningLoss: loss('a warning', 34),
  criticalLoss: loss('critical', 100),
  warningRtt: rtt('a warning'),
  criticalRtt: rtt('critical'),
});

type Options = Infer<typeof schema>;

export const pingCheck = check<Options>({
  kind: 'ping',
  summary: 'a host: answers ICMP echo requests, loss and round trip',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 30,

  problems: ({ warningLoss, criticalLoss, warningRtt, criticalRtt }) => {
    const found = [];
    if (warningLoss > criticalLoss) {
      found.push({ key: 'warningLoss', message: 'must not be above criticalLoss' });
    }
    if (warningRtt !== undefined && criticalRtt !== undefined && warningRtt > criticalRtt) {
      found.push({ key: 'warningRtt', message: 'must not be above criticalRtt' });
    }
    return found;
  },

  async run(options, { runner, ending, timeoutMs }) {
    const { host, count: packets } = options;
    const args = ['-q', '-n', '-c', String(packets), '-W', String(WAIT_SECONDS), host] as const;
    const result = await runner.run(['ping', ...args], {
      timeoutMs,
      ending,
      env: { LC_ALL: 'C' },
    });
    const statistics = parsePing(result.stdout);
    return statistics === undefined ? withoutStatistics(host, result) : judged(options, statistics);
  },
});

function withoutStatistics(host: string, result: RunResult): CheckFinding {
  const said = oneLine(result.stderr || result.stdout).replace(/^ping: /, '');
  if (result.refused !== undefined) {
    const why = result.refused === 'ENOENT' ? 'there is no program ping here' : result.refused;
    return { state: 'unknown', text: `cannot ping ${host}: ${why}` };
  }
  if (isNotPermitted(said)) {
    const help = 'give ping the capability cap_net_raw, or my group a place in ping_group_range';
    return { state: 'unknown', text: `not permitted to ping (${said}): ${help}` };
  }
  if (result.timedOut || result.signal !== undefined) {
    return { state: 'critical', text: `${host}: no answer in time` };
  }
  return { state: 'critical', text: `${host}: ${said || 'ping said nothing'}` };
}

function judged(options: Options, statistics: PingStatistics): CheckFinding {
  const { sent, received, rtt: times } = statistics;
  if (sent === 0) return { state: 'unknown', text: `${options.host}: no packet could be sent` };
  const lost = (sent - received) / sent;
  const text =
    times === undefined
      ? `${options.host}: ${received} of ${sent} packets came back`
      : `${options.host}: ${received} of ${sent} packets came back, in ${shownSeconds(times.average)}`;
  const figures = [
    { name: 'loss', unit: 'ratio', value: lost },
    ...(times === undefined
      ? []
      : [
          secondsFigure('rtt_min', times.min),
          secondsFigure('rtt_average', times.average),
          secondsFigure('rtt_max', times.max),
        ]),
  ];
  const exceeds = (most: number, slowest: number | undefined) =>
    lost * 100 >= most ||
    (slowest !== undefined && times !== undefined && times.average * 1000 > slowest);
  if (exceeds(options.criticalLoss, options.criticalRtt))
    return { state: 'critical', text, figures };
  if (exceeds(options.warningLoss, options.warningRtt)) return { state: 'warning', text, figures };
  return { state: 'ok', text, figures };
}
