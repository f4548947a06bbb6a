/** `muster tail`: what devices send, while they send it. */
import type { Command } from 'commander';
import { clock, span } from '../../core/present.ts';
import { formatValue } from '../../core/query/number.ts';
import type { LiveMessage } from '../../core/views.ts';
import { type Context, contextOf } from '../context.ts';
import { readEvents } from '../events.ts';
import { CliError, type CliIo } from '../io.ts';
import { seriesText } from '../series-text.ts';

interface TailOptions {
  readonly device?: readonly string[];
  readonly kind?: readonly string[];
  readonly count?: string;
}

const RETRY_MS = 2000;

export function tail(program: Command, io: CliIo): void {
  program
    .command('tail [selector]')
    .description('print samples, states, gaps and events as they arrive, until interrupted')
    .option('--device <id...>', 'only these devices')
    .option('--kind <kind...>', 'only these: state, sample, gap, event')
    .option('-n, --count <n>', 'end after so many messages')
    .action(async (selector: string | undefined, options: TailOptions, command: Command) => {
      const context = contextOf(io, command);
      const left = { messages: Number(options.count ?? Number.POSITIVE_INFINITY) };
      if (!(left.messages > 0)) throw new CliError('--count must be above 0');
      const parameters = asQuery(selector, options);
      let heard = false;
      while (left.messages > 0 && !io.signal.aborted) {
        try {
          await follow(context, parameters, left, () => {
            heard = true;
          });
        } catch (error) {
          if (io.signal.aborted) return;
          // Who was never there is an error; who went away may come back.
          if (!heard) throw error;
        }
        if (left.messages <= 0) return;
        io.err('the collector closed the stream, trying again\n');
        await io.sleep(RETRY_MS);
      }
    });
}

async function follow(
  { client, json, io }: Context,
  parameters: URLSearchParams,
  left: { messages: number },
  opened: () => void,
): Promise<void> {
  const body = await client.stream('/api/muster/v1/stream', parameters);
  opened();
  for await (const { data } of readEvents(body)) {
    io.out(json ? `${data}\n` : text(JSON.parse(data) as LiveMessage));
    if (--left.messages <= 0) return;
  }
}

function asQuery(
  selector: string | undefined,
  { device = [], kind }: TailOptions,
): URLSearchParams {
  // Who names series wants samples.
  const kinds = kind ?? (selector === undefined ? [] : ['sample']);
  const query = new URLSearchParams();
  for (const id of device) query.append('device', id);
  for (const one of kinds) query.append('kind', one);
  if (selector !== undefined) query.append('match', selector);
  return query;
}

function text(message: LiveMessage): string {
  const head = `${clock(message.at)}  ${message.device}  `;
  switch (message.kind) {
    case 'sample':
      return message.data
        .map(
          ({ labels, time, value }) => `${clock(time)}  ${seriesText(labels)}  ${number(value)}\n`,
        )
        .join('');
    case 'state':
      return `${head}state ${message.data.up === true ? 'up' : 'down'}, version ${message.data.agentVersion}\n`;
    case 'gap': {
      const { from, to, cause } = message.data;
      return `${head}gap of ${span(to - from)} from ${clock(from)}: ${cause}\n`;
    }
    case 'event':
      return `${head}${message.data.severity} ${message.data.name}: ${message.data.text}\n`;
  }
}

/** The stream writes numbers that JSON lacks as texts. */
function number(value: number | string): string {
  return typeof value === 'string' ? value : formatValue(value);
}
