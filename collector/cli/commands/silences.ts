/** `muster silences`: list, make and end them. */
import type { Command } from 'commander';
import { type MatcherText, matchersText, quote } from '../../core/alerting/matcher.ts';
import { parseMatchers } from '../../core/alerting/matcher-parse.ts';
import { clock, span } from '../../core/present.ts';
import { parseDuration } from '../../core/query/duration.ts';
import { DEFAULT_URL } from '../client.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { pairs, table } from '../table.ts';
import { readTime } from '../times.ts';
import { readFilter } from './alerts.ts';

const PATH = '/api/v2/silences';

interface ShownSilence {
  readonly id: string;
  readonly status: { readonly state: 'active' | 'pending' | 'expired' };
  readonly comment: string;
  readonly createdBy: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual: boolean;
  }[];
}

interface AddOptions {
  readonly duration: string;
  readonly start?: string;
  readonly comment?: string;
  readonly author?: string;
}

export function silences(program: Command, io: CliIo): void {
  const group = program.command('silences').description('look at silences, make and end them');

  group
    .command('list [matchers...]', { isDefault: true })
    .description('active and pending ones')
    .option('--all', 'also those that are over')
    .action(async (matchers: string[], { all }: { all?: boolean }, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const parameters = new URLSearchParams();
      for (const filter of readFilter(matchers)) parameters.append('filter', filter);
      const found = await client.json<ShownSilence[]>(PATH, parameters);
      const shown = found.filter(({ status }) => all === true || status.state !== 'expired');
      answer(shown, () => listText(shown, io.now()));
    });

  group
    .command('show <id>')
    .description('one silence')
    .action(async (id: string, _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const found = (await ask(io, command, 'GET', byId(id))) as ShownSilence;
      answer(found, () => silenceText(found, io.now()));
    });

  group
    .command('add <matchers...>')
    .description('e.g. silences add alertname=DiskFull \'site=~"b.*"\' --duration 2h')
    .option('--duration <duration>', 'how long, e.g. 30m, 2h, 1d12h', '1h')
    .option('--start <time>', 'Unix seconds or RFC 3339 (default: now)')
    .option('--comment <text>', 'why')
    .option('--author <name>', 'who (default: $USER)')
    .action(async (texts: string[], options: AddOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      const draft = readDraft(texts, options, io);
      const made = (await ask(io, command, 'POST', PATH, draft)) as { silenceID: string };
      const { silenceID } = made;
      answer({ id: silenceID, ...draft }, () => `${silenceID}\n`);
    });

  group
    .command('expire <ids...>')
    .description('end them now')
    .action(async (ids: string[], _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      for (const id of ids) await ask(io, command, 'DELETE', byId(id));
      answer({ expired: ids }, () => ids.map((id) => `${id} is over\n`).join(''));
    });
}

/** Alertmanager's branch says what is wrong as a JSON text, which is what people should read. */
async function ask(
  io: CliIo,
  command: Command,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const { url } = command.optsWithGlobals<{ url?: string }>();
  const base = (url ?? io.env['MUSTER_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  const { signal } = io;
  const response = await io
    .fetch(base + path, { method, signal, ...sent })
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new CliError(
        `the collector does not answer at ${base}: start it, or name another with --url or MUSTER_URL`,
      );
    });
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : JSON.parse(text);
  throw new CliError(reasonOf(text) ?? `the collector answered ${response.status}`);
}

function reasonOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as unknown;
    if (typeof body === 'string') return body;
    return (body as { detail?: string }).detail;
  } catch {
    return undefined;
  }
}

function byId(id: string): string {
  return `/api/v2/silence/${encodeURIComponent(id)}`;
}

function readDraft(texts: readonly string[], options: AddOptions, io: CliIo) {
  const ms = parseDuration(options.duration);
  if (ms === undefined || ms === 0) {
    throw new CliError(`${JSON.stringify(options.duration)} is not a duration: give one like 2h`);
  }
  const start = options.start === undefined ? io.now() : startTime(options.start, io.now());
  const matchers = readFilter(texts).flatMap((text) => parseMatchers(text));
  return {
    matchers: matchers.map(({ name, op, value }) => ({
      name,
      value,
      isRegex: op.endsWith('~'),
      isEqual: op.startsWith('='),
    })),
    startsAt: new Date(start).toISOString(),
    endsAt: new Date(start + ms).toISOString(),
    createdBy: options.author ?? io.env['USER'] ?? 'muster',
    comment: options.comment ?? '',
  };
}

function startTime(text: string, now: number): number {
  return Number(readTime(text, now)) * 1000;
}

function listText(found: readonly ShownSilence[], now: number): string {
  if (found.length === 0) return 'no silence\n';
  return table(
    [
      { title: 'id', text: ({ id }) => id },
      { title: 'state', text: ({ status }) => status.state },
      { title: 'ends', text: (silence) => whenText(silence, now) },
      { title: 'by', text: ({ createdBy }) => createdBy },
      { title: 'matchers', text: ({ matchers }) => matchersText(matchers.map(asText)) },
      { title: 'comment', text: ({ comment }) => comment },
    ],
    found,
  );
}

function silenceText(silence: ShownSilence, now: number): string {
  const { id, status, startsAt, createdBy, comment, matchers } = silence;
  return pairs([
    ['id', id],
    ['state', status.state],
    ['matchers', matchersText(matchers.map(asText))],
    ['from', clock(Date.parse(startsAt))],
    ['until', whenText(silence, now)],
    ['by', createdBy],
    ['comment', comment === '' ? '' : quote(comment)],
  ]);
}

function whenText({ endsAt, status }: ShownSilence, now: number): string {
  const end = Date.parse(endsAt);
  return status.state === 'active' ? `${clock(end)}, in ${span(end - now)}` : clock(end);
}

function asText({ name, value, isRegex, isEqual }: ShownSilence['matchers'][number]): MatcherText {
  const op = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return { name, op, value };
}
