/**
 * The system clock: how far it is from a time server, asked by SNTP, and whether the kernel holds it
 * to be synchronised.
 */
import { randomBytes } from 'node:crypto';
import {
  count,
  duration,
  flag,
  type Infer,
  object,
  optional,
  text,
} from '../../protocol/config/schema.ts';
import { type CheckContext, type CheckFinding, check } from './check.ts';
import { secondsFigure } from './kit/budget.ts';
import { endpoint, shownSeconds } from './kit/text.ts';
import { answersRequest, parseSntp, sntpRequest } from './parse/sntp.ts';

const threshold = (of: string, otherwise: string) =>
  duration(`Offset above which it is ${of}.`, {
    default: otherwise,
    min: '1ms',
    max: '1d',
    remote: true,
  });

const schema = object('Compares the clock.', {
  server: optional(text('Name or address of a time server (NTP); none: only the kernel is asked.')),
  port: count('Its port.', { default: 123, min: 1, max: 65_535 }),
  warning: threshold('a warning', '500ms'),
  critical: threshold('critical', '5s'),
  mostRoundTrip: duration('Round trip above which the answer is too vague to judge by.', {
    default: '2s',
    min: '1ms',
    max: '30s',
    remote: true,
  }),
  kernel: flag('Whether it is a warning when the kernel does not call the clock synchronised.', {
    default: true,
    remote: true,
  }),
});

type Options = Infer<typeof schema>;

export const clockCheck = check<Options>({
  kind: 'clock',
  summary: 'the system clock: offset from a time server, kernel synchronised',
  schema,
  intervalSeconds: 300,
  timeoutSeconds: 10,

  problems: ({ warning, critical, server, kernel }) => {
    const found = [];
    if (warning > critical) found.push({ key: 'warning', message: 'must not be above critical' });
    if (server === undefined && !kernel) {
      found.push({ key: 'server', message: 'is needed when the kernel is not asked' });
    }
    return found;
  },

  async run(options, context) {
    const { server } = options;
    const synchronised = options.kernel ? await isSynchronised(context) : undefined;
    const offset = server === undefined ? undefined : await offsetOf(server, options, context);
    return joined(offset, kernelFinding(synchronised, options.kernel));
  },
});

async function offsetOf(
  server: string,
  options: Options,
  context: CheckContext,
): Promise<CheckFinding> {
  const place = endpoint(server, options.port);
  const request = sntpRequest(randomBytes(8));
  const answer = await context.prober.datagram(
    {
      host: server,
      port: options.port,
      payload: request,
      accept: (reply) => answersRequest(reply, request),
    },
    context.ending,
  );
  const arrived = context.clock.wall();
  // A server that is silent, or no use, says nothing about our clock.
  if (!answer.ok) return { state: 'unknown', text: `${place}: ${answer.why}` };
  const time = parseSntp(answer.reply, request, arrived);
  if (time.kind === 'bogus') {
    return { state: 'unknown', text: `${place}: a bogus reply was refused: ${time.why}` };
  }
  if (time.kind === 'refusal') return { state: 'unknown', text: `${place}: ${time.why}` };
  const asked = arrived - answer.seconds * 1000;
  const offset = (time.received - asked + (time.sent - arrived)) / 2;
  const roundTrip = Math.max(0, answer.seconds * 1000 - (time.sent - time.received));
  return judged(place, offset, roundTrip, time.stratum, options);
}

function judged(
  place: string,
  offset: number,
  roundTrip: number,
  stratum: number,
  { warning, critical, mostRoundTrip }: Options,
): CheckFinding {
  const [shift, trip] = [shownSeconds(Math.abs(offset) / 1000), shownSeconds(roundTrip / 1000)];
  const direction = offset < 0 ? 'ahead of' : 'behind';
  const text = `the clock is ${shift} ${direction} ${place} (round trip ${trip}, stratum ${stratum})`;
  const figures = [
    secondsFigure('offset', offset / 1000),
    secondsFigure('round_trip', roundTrip / 1000),
    { name: 'stratum', unit: '', value: stratum },
  ];
  // The true offset is within half a round trip of the measured one.
  if (roundTrip > mostRoundTrip && Math.abs(offset) <= critical + roundTrip / 2) {
    return { state: 'unknown', text: `${text}: too slow to judge by`, figures };
  }
  const size = Math.abs(offset);
  const state = size > critical ? 'critical' : size > warning ? 'warning' : 'ok';
  return { state, text, figures };
}

/** As the kernel says (adjtimex), told by systemd; `undefined`: nobody here can tell. */
async function isSynchronised(context: CheckContext): Promise<boolean | undefined> {
  const { runner, ending, timeoutMs } = context;
  const { stdout } = await runner.run(
    ['timedatectl', 'show', '--property=NTPSynchronized', '--value'],
    { timeoutMs: timeoutMs / 2, ending, env: { LC_ALL: 'C' } },
  );
  const said = stdout.trim();
  return said === 'yes' ? true : said === 'no' ? false : undefined;
}

function kernelFinding(
  synchronised: boolean | undefined,
  wanted: boolean,
): CheckFinding | undefined {
  if (!wanted) return undefined;
  if (synchronised === undefined) {
    return { state: 'unknown', text: 'timedatectl does not say whether it is synchronised' };
  }
  const figures = [{ name: 'synchronised', unit: '', value: synchronised ? 1 : 0 }];
  return synchronised
    ? { state: 'ok', text: 'the kernel calls it synchronised', figures }
    : { state: 'warning', text: 'the kernel calls it not synchronised', figures };
}

/** With a server, a kernel that nobody can ask is no reason to know nothing. */
function joined(offset: CheckFinding | undefined, kernel: CheckFinding | undefined): CheckFinding {
  if (offset === undefined) return kernel ?? { state: 'unknown', text: 'nobody was asked' };
  if (kernel === undefined || kernel.state === 'unknown') return offset;
  const state = offset.state === 'ok' ? kernel.state : offset.state;
  const figures = [...(offset.figures ?? []), ...(kernel.figures ?? [])];
  return { state, text: `${offset.text}; ${kernel.text}`, figures };
}
