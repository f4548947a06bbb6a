/** `muster alerts`: what fires, and what happened to it. */
import type { Command } from 'commander';
import { type AlertEvent, EVENT_KINDS } from '../../core/alerting/event.ts';
import { matcherText } from '../../core/alerting/matcher.ts';
import { parseMatchers } from '../../core/alerting/matcher-parse.ts';
import { ago, clock } from '../../core/present.ts';
import { compareText } from '../../core/text.ts';
import { type Context, contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { pairs, table } from '../table.ts';

const PATH = '/api/v2/alerts';
const HISTORY = '/api/muster/v1/alerts/history';

interface ListOptions {
  readonly all?: boolean;
  readonly receiver?: string;
}

interface ShownAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: string;
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
    readonly mutedBy?: readonly string[];
  };
}

export function alerts(program: Command, io: CliIo): void {
  const group = program.command('alerts').description('look at alerts');

  group
    .command('list [matchers...]', { isDefault: true })
    .description('firing alerts, e.g. alerts list severity=page \'site=~"b.*"\'')
    .option('--all', 'also those that a silence or another alert holds back')
    .option('--receiver <pattern>', 'only those that go to this receiver')
    .action(async (matchers: string[], options: ListOptions, command: Command) => {
      const context = contextOf(io, command);
      const found = await fetchAlerts(context, matchers, options);
      context.answer(found, () => listText(found, io.now()));
    });

  group
    .command('show <matchers...>')
    .description('all about the alerts that match, and what happened to them')
    .option('--limit <n>', 'events of each', '20')
    .action(async (matchers: string[], { limit }: { limit: string }, command: Command) => {
      const context = contextOf(io, command);
      const found = await fetchAlerts(context, matchers, { all: true });
      const shown = await Promise.all(
        found.map(async (alert) => {
          const parameters = new URLSearchParams({ fingerprint: alert.fingerprint, limit });
          const { events } = await context.client.json<{ events: AlertEvent[] }>(
            HISTORY,
            parameters,
          );
          return { ...alert, events };
        }),
      );
      context.answer(shown, () => shown.map((one) => alertText(one, io.now())).join('\n'));
      if (shown.length === 0) throw new CliError('no firing alert matches');
    });

  group
    .command('history')
    .description('what happened to alerts, newest first')
    .option('--since <time>', 'Unix seconds or RFC 3339')
    .option('--limit <n>', 'at most so many', '100')
    .action(async (options: { since?: string; limit: string }, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const parameters = new URLSearchParams({ limit: options.limit });
      if (options.since !== undefined) parameters.set('since', options.since);
      const { events } = await client.json<{ events: AlertEvent[] }>(HISTORY, parameters);
      answer(events, () => (events.length === 0 ? 'nothing happened\n' : eventsText(events)));
    });
}

/** What is wrong with a matcher is said here, with the text that was typed. */
export function readFilter(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    try {
      // A word alone is an alert's name, as with amtool.
      if (/^[a-zA-Z_][\w-]*$/.test(text)) return [`alertname="${text}"`];
      return parseMatchers(text).map(matcherText);
    } catch (error) {
      throw new CliError(error instanceof Error ? error.message : String(error));
    }
  });
}

async function fetchAlerts(
  { client }: Context,
  matchers: readonly string[],
  { all = false, receiver }: ListOptions,
): Promise<ShownAlert[]> {
  const parameters = new URLSearchParams();
  for (const filter of readFilter(matchers)) parameters.append('filter', filter);
  if (!all) {
    parameters.set('silenced', 'false');
    parameters.set('inhibited', 'false');
  }
  if (receiver !== undefined) parameters.set('receiver', receiver);
  const found = await client.json<ShownAlert[]>(PATH, parameters);
  return found.sort(
    (a, b) =>
      Date.parse(b.startsAt) - Date.parse(a.startsAt) ||
      compareText(nameOf(a) + labelsText(a.labels), nameOf(b) + labelsText(b.labels)),
  );
}

function listText(found: readonly ShownAlert[], now: number): string {
  if (found.length === 0) return 'no alert fires\n';
  return table(
    [
      { title: 'alert', text: nameOf },
      { title: 'since', text: ({ startsAt }) => ago(Date.parse(startsAt), now) },
      { title: 'state', text: stateText },
      { title: 'receivers', text: ({ receivers }) => receivers.map(({ name }) => name).join(', ') },
      { title: 'labels', text: ({ labels }) => labelsText(labels) },
      { title: 'summary', text: summaryOf },
    ],
    found,
  );
}

function nameOf({ labels }: ShownAlert): string {
  return labels['alertname'] ?? '';
}

function stateText({ status }: ShownAlert): string {
  if (status.silencedBy.length > 0) return 'silenced';
  if (status.inhibitedBy.length > 0) return 'inhibited';
  return (status.mutedBy ?? []).length > 0 ? `muted (${status.mutedBy?.join(', ')})` : status.state;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([name]) => name !== 'alertname')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ');
}

function summaryOf({ annotations }: ShownAlert): string {
  return annotations['summary'] ?? annotations['message'] ?? annotations['description'] ?? '';
}

function alertText(
  alert: ShownAlert & { readonly events: readonly AlertEvent[] },
  now: number,
): string {
  const { labels, annotations, startsAt, fingerprint, status, receivers, events } = alert;
  const head = pairs([
    ['alert', nameOf(alert)],
    ['fingerprint', fingerprint],
    ['state', stateText(alert)],
    ['since', `${clock(Date.parse(startsAt))}, ${ago(Date.parse(startsAt), now)}`],
    ['labels', labelsText(labels)],
    ['receivers', receivers.map(({ name }) => name).join(', ')],
    ...status.silencedBy.map((id): [string, string] => ['silenced by', id]),
    ...status.inhibitedBy.map((id): [string, string] => ['inhibited by', id]),
    ...Object.entries(annotations),
  ]);
  return events.length === 0 ? head : `${head}\n${eventsText(events)}`;
}

function eventsText(events: readonly AlertEvent[]): string {
  return table(
    [
      { title: 'time', text: ({ at }) => clock(at) },
      { title: 'event', text: ({ kind }) => EVENT_KINDS[kind] },
      { title: 'facts', text: ({ data }) => factsText(data) },
    ],
    events,
  );
}

function factsText(data: AlertEvent['data']): string {
  return Object.entries(data)
    .map(([name, value]) => (name === 'labels' ? String(value) : `${name}=${String(value)}`))
    .join(' ');
}
