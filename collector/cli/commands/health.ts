/** `muster health`: which devices are not well by their own checks, and why. */
import type { Command } from 'commander';
import { matches, parseSelector, type Selectable, soleDevice } from '../../core/fleet/selector.ts';
import { SelectorError } from '../../core/fleet/selector-error.ts';
import { ago, plural } from '../../core/present.ts';
import type { CheckView, DeviceSummary, HealthView } from '../../core/views.ts';
import { type Context, contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { pairs, table } from '../table.ts';

const PATH = '/api/muster/v1/devices';
const ORDER = ['unhealthy', 'degraded', 'unknown', 'healthy'] as const;

export function health(program: Command, io: CliIo): void {
  program
    .command('health [selector]')
    .description('devices that are not well, worst first; the checks of one: health <device>')
    .option('--all', 'also those that are well, and those that never said')
    .action(async (selector: string | undefined, { all }: { all?: boolean }, command: Command) => {
      const context = contextOf(io, command);
      const wanted = readSelector(selector ?? 'all');
      const one = soleDevice(wanted);
      if (one !== undefined) return showDevice(context, one, io.now());
      const parameters = new URLSearchParams({ limit: '100000' });
      const { devices } = await context.client.json<{ devices: DeviceSummary[] }>(PATH, parameters);
      const meant = devices.filter((device) => matches(wanted, selectable(device)));
      const shown = meant.filter((device) => all === true || isBad(device)).sort(worstFirst);
      context.answer(shown.map(asAnswer), () => listText(shown, meant, io.now()));
    });
}

function readSelector(text: string) {
  try {
    return parseSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) throw new CliError(error.message);
    throw error;
  }
}

function selectable({ id, site, labels, facts }: DeviceSummary): Selectable {
  const map = (texts: Readonly<Record<string, string>>) => new Map(Object.entries(texts));
  return { id, site, labels: map(labels), facts: map(facts) };
}

async function showDevice({ client, answer }: Context, id: string, now: number): Promise<void> {
  const health = await client.json<HealthView>(`${PATH}/${encodeURIComponent(id)}/health`);
  answer(health, () => deviceText(id, health, now));
}

function overall({ health }: DeviceSummary): (typeof ORDER)[number] {
  return health?.overall ?? 'unknown';
}

function isBad({ health }: DeviceSummary): boolean {
  return health !== undefined && health.overall !== 'healthy';
}

function worstFirst(a: DeviceSummary, b: DeviceSummary): number {
  return ORDER.indexOf(overall(a)) - ORDER.indexOf(overall(b));
}

function asAnswer({ id, site, up, health }: DeviceSummary): object {
  return { id, site, up, health };
}

function listText(
  shown: readonly DeviceSummary[],
  meant: readonly DeviceSummary[],
  now: number,
): string {
  const counts = ORDER.map((state) => ({
    state,
    devices: meant.filter((device) => overall(device) === state).length,
  }));
  const parts = counts.filter(({ devices }) => devices > 0);
  const line = parts.map(({ state, devices }) => `${devices} ${state}`).join(', ');
  const total = `${plural(meant.length, 'device')}${line === '' ? '' : `: ${line}`}\n`;
  if (shown.length === 0) return total;
  const rows = table<DeviceSummary>(
    [
      { title: 'device', text: ({ id }) => id },
      { title: 'site', text: ({ site }) => site },
      { title: 'health', text: overall },
      { title: 'since', text: ({ health: said }) => (said ? ago(said.since, now) : '') },
      // What a device said before it fell silent may be long over.
      { title: 'up', text: ({ up }) => (up === undefined ? '?' : up ? 'yes' : 'no') },
      { title: 'why', text: ({ health: said }) => said?.reason ?? '' },
    ],
    shown,
  );
  return `${rows}\n${total}`;
}

function deviceText(id: string, said: HealthView, now: number): string {
  const head = pairs([
    ['device', id],
    ['health', `${said.overall}, since ${ago(said.since, now)}`],
    ...(said.reason === '' ? [] : [['why', said.reason] as const]),
    ['said', ago(said.at, now)],
  ]);
  if (said.checks.length === 0) return head;
  const checks = table<CheckView>(
    [
      { title: 'check', text: ({ name }) => name },
      { title: 'kind', text: ({ kind }) => kind },
      { title: 'state', text: ({ state }) => state },
      { title: 'critical', text: ({ critical }) => (critical ? 'yes' : '') },
      { title: 'since', text: ({ since }) => ago(since, now) },
      { title: 'took', right: true, text: ({ durationMs }) => `${durationMs} ms` },
      { title: 'text', text: ({ text }) => text },
    ],
    said.checks,
  );
  return `${head}\n${checks}`;
}
