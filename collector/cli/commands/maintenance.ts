/** `muster maintenance`: devices that people work on, about which nobody is told. */
import type { Command } from 'commander';
import type { Maintenance, Scope } from '../../core/oncall/maintenance.ts';
import { clock } from '../../core/present.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { send, userName } from '../sending.ts';
import { table } from '../table.ts';

const PATH = '/api/muster/v1/maintenance';

type Shown = Maintenance & { readonly state: 'on' | 'planned' | 'over' };

interface OnOptions {
  readonly for: string;
  readonly comment: string;
  readonly by?: string;
}

export function maintenance(program: Command, io: CliIo): void {
  const group = program
    .command('maintenance')
    .description('devices that people work on: alerts are kept, and nobody is told');

  group
    .command('list', { isDefault: true })
    .description('those on and planned')
    .option('--all', 'also those that are over for less than a day')
    .action(async ({ all }: { all?: boolean }, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { maintenances } = await client.json<{ maintenances: Shown[] }>(PATH);
      const shown = maintenances.filter(({ state }) => all === true || state !== 'over');
      answer(shown, () => listText(shown));
    });

  group
    .command('on <scope...>')
    .description('a device, site=berlin, or labels, e.g. ring=canary model=pi4')
    .option('--for <duration>', 'how long, e.g. 30m, 2h, 1d', '1h')
    .option('--comment <text>', 'why', '')
    .option('--by <name>', 'who (default: $USER)')
    .action(async (scope: string[], options: OnOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      const { for: length, comment, by } = options;
      const body = { ...readScope(scope), for: length, comment, by: userName(io, by) };
      const made = await send<Shown>(io, command, 'POST', PATH, body);
      answer(made, () => `${made.id} until ${clock(made.endsAt)}\n`);
    });

  group
    .command('off <ids...>')
    .description('end them now')
    .option('--by <name>', 'who (default: $USER)')
    .action(async (ids: string[], { by }: { by?: string }, command: Command) => {
      const { answer } = contextOf(io, command);
      const query = new URLSearchParams({ by: userName(io, by) });
      for (const id of ids) {
        await send(io, command, 'DELETE', `${PATH}/${encodeURIComponent(id)}?${query.toString()}`);
      }
      answer({ ended: ids }, () => ids.map((id) => `${id} is over\n`).join(''));
    });
}

/** What the API takes: a device, a site, or labels. */
function readScope(texts: readonly string[]): object {
  const [first = ''] = texts;
  if (texts.length === 1 && !first.includes('=')) return { device: first };
  const labels = texts.map((text): [string, string] => {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new CliError(`${JSON.stringify(text)} is not label=value; a device stands alone`);
    }
    return [name, value];
  });
  const [only] = labels;
  if (only !== undefined && labels.length === 1 && only[0] === 'site') return { site: only[1] };
  return { labels: Object.fromEntries(labels) };
}

function listText(all: readonly Shown[]): string {
  if (all.length === 0) return 'nothing is under maintenance\n';
  return table(
    [
      { title: 'id', text: ({ id }) => id },
      { title: 'state', text: ({ state }) => state },
      { title: 'what', text: ({ scope }) => scopeText(scope) },
      { title: 'from', text: ({ startsAt }) => clock(startsAt) },
      { title: 'until', text: ({ endsAt }) => clock(endsAt) },
      { title: 'by', text: ({ by }) => by },
      { title: 'comment', text: ({ comment }) => comment },
    ],
    all,
  );
}

function scopeText(scope: Scope): string {
  if (scope.kind === 'device') return scope.device;
  if (scope.kind === 'site') return `site=${scope.site}`;
  return Object.entries(scope.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
