/** `muster commands`: one-off commands for selected devices. */
import type { Command } from 'commander';
import type { Target } from '../../core/fleet/command.ts';
import { clock } from '../../core/present.ts';
import type { CampaignView } from '../../ports/fleet-desk.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { send, userName } from '../sending.ts';
import { pairs, table } from '../table.ts';
import { awaitCampaign, commandPath } from './campaign.ts';
import { campaignText, countsText } from './campaign-text.ts';

const API = '/api/muster/v1/commands';

interface SendOptions {
  readonly deadline: string;
  readonly comment: string;
  readonly by?: string;
  readonly wait?: boolean;
}

export function commands(program: Command, io: CliIo): void {
  const group = program
    .command('commands')
    .description('commands for devices: ping, run-check, collect-logs, restart-agent, reboot, ...');

  group
    .command('send <selector> <name> [arguments...]')
    .description('e.g. send site=berlin run-check check=web; devices that are away get it later')
    .option('--deadline <duration>', 'how long it holds, up to 30d', '10m')
    .option('--wait', 'show progress until every device has ended; fails unless all succeeded')
    .option('--comment <text>', 'why', '')
    .option('--by <name>', 'who (default: $USER)')
    .action(
      async (
        selector: string,
        name: string,
        texts: string[],
        options: SendOptions,
        command: Command,
      ) => {
        const { deadline, comment, by, wait } = options;
        const body = {
          ...{ selector, name, args: argsOf(texts), deadline, comment },
          by: userName(io, by),
        };
        const made = await send<CampaignView>(io, command, 'POST', API, body);
        if (wait === true) return awaitCampaign(io, command, made);
        contextOf(io, command).answer(made, () => campaignText(made));
      },
    );

  group
    .command('list', { isDefault: true })
    .description('newest first')
    .option('--limit <n>', 'at most so many', '20')
    .option('--device <id>', 'only those that went to this device')
    .action(async (options: { limit: string; device?: string }, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const query = new URLSearchParams({ ...options });
      const { commands: found } = await client.json<{ commands: CampaignView[] }>(API, query);
      answer(found, () => (found.length === 0 ? 'no commands\n' : listText(found)));
    });

  group
    .command('show <id> [device]')
    .description('how far each device is, or what it put out on one')
    .option('--state <state>', 'only devices in this state')
    .action(
      async (
        id: string,
        device: string | undefined,
        { state }: { state?: string },
        command: Command,
      ) => {
        const { client, answer } = contextOf(io, command);
        const path = commandPath(id);
        if (device !== undefined) {
          const at = `${path}/devices/${encodeURIComponent(device)}/output`;
          const { output } = await client.json<{ output: string }>(at);
          return answer({ output }, () => output);
        }
        const campaign = await client.json<CampaignView>(path);
        const query = new URLSearchParams(state === undefined ? {} : { state });
        const { devices } = await client.json<{ devices: Target[] }>(`${path}/devices`, query);
        answer({ ...campaign, devices }, () => showText(campaign, devices));
      },
    );

  group
    .command('watch <id>')
    .description(
      'each change and all output, until every device has ended; fails unless all succeeded',
    )
    .action(async (id: string, _options: object, command: Command) => {
      const { client } = contextOf(io, command);
      await awaitCampaign(io, command, await client.json<CampaignView>(commandPath(id)));
    });

  group
    .command('cancel <id>')
    .description('take it back from devices that have not begun')
    .option('--by <name>', 'who (default: $USER)')
    .action(async (id: string, { by }: { by?: string }, command: Command) => {
      const path = `${commandPath(id)}/cancel`;
      const body = { by: userName(io, by) };
      const campaign = await send<CampaignView>(io, command, 'POST', path, body);
      contextOf(io, command).answer(campaign, () => campaignText(campaign));
    });
}

function argsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const cut = text.indexOf('=');
      if (cut < 1) throw new CliError(`${JSON.stringify(text)} is no argument: give name=value`);
      return [text.slice(0, cut), text.slice(cut + 1)];
    }),
  );
}

function listText(found: readonly CampaignView[]): string {
  return table(
    [
      { title: 'id', text: ({ id }) => id },
      { title: 'command', text: nameOf },
      { title: 'selector', text: ({ selector }) => selector },
      { title: 'at', text: ({ issuedAt }) => clock(issuedAt) },
      { title: 'by', text: ({ by }) => by },
      { title: 'devices', right: true, text: ({ total }) => String(total) },
      { title: 'progress', text: countsText },
    ],
    found,
  );
}

function nameOf({ name, args }: CampaignView): string {
  return [name, ...Object.entries(args).map(([key, value]) => `${key}=${value}`)].join(' ');
}

function showText(campaign: CampaignView, devices: readonly Target[]): string {
  const { deadline, endedAt, cancelledBy, comment } = campaign;
  const head = pairs([
    ['command', nameOf(campaign)],
    ['selector', campaign.selector],
    ['by', `${campaign.by}, ${clock(campaign.issuedAt)}`],
    ['comment', comment],
    ['deadline', clock(deadline)],
    ['ended', endedAt === 0 ? 'not yet' : clock(endedAt)],
    ...(cancelledBy === '' ? [] : [['cancelled by', cancelledBy] as const]),
    ['progress', countsText(campaign)],
  ]);
  const rows = table<Target>(
    [
      { title: 'device', text: ({ device }) => device },
      { title: 'state', text: ({ state }) => state },
      { title: 'sent', right: true, text: ({ attempts }) => String(attempts) },
      { title: 'ended', text: ({ endedAt: at }) => (at === 0 ? '' : clock(at)) },
      { title: 'text', text: ({ text }) => text },
    ],
    devices,
  );
  return `${head}\n${rows}`;
}
