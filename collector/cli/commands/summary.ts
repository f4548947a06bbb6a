/** `muster summary`: what was new, resolved and noisy, and which devices were worst off. */
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { parseDuration } from '../../core/query/duration.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { readTime } from '../times.ts';

const PATH = '/api/muster/v1/reports/alerts';

interface Options {
  readonly last: string;
  readonly from?: string;
  readonly to?: string;
  readonly html?: boolean;
}

export function summary(program: Command, io: CliIo): void {
  program
    .command('summary')
    .description('a report of alerts over a span of time')
    .option('--last <duration>', 'the span up to its end, e.g. 24h, 7d', '24h')
    .option('--from <time>', 'its beginning instead: Unix seconds, RFC 3339, -7d')
    .option('--to <time>', 'its end', 'now')
    .option('--html', 'as a page')
    .action(async (options: Options, command: Command) => {
      const { client, json } = contextOf(io, command);
      const span = spanOf(options, io.now());
      if (json) {
        const report = await client.json<object>(PATH, span);
        io.out(`${JSON.stringify(report, undefined, io.terminal ? 2 : 0)}\n`);
        return;
      }
      span.set('format', options.html === true ? 'html' : 'text');
      io.out(await readAll(await client.stream(PATH, span)));
    });
}

function spanOf({ last, from, to = 'now' }: Options, now: number): URLSearchParams {
  const end = readTime(to, now);
  if (from !== undefined) return new URLSearchParams({ from: readTime(from, now), to: end });
  const ms = parseDuration(last);
  if (ms === undefined || ms === 0) {
    throw new CliError(`${JSON.stringify(last)} is not a duration: give one like 24h or 7d`);
  }
  return new URLSearchParams({ from: String(Number(end) - ms / 1000), to: end });
}
