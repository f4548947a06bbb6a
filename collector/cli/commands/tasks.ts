/** `muster tasks`: the tasks that devices declare, run on selected ones. */
import type { Command } from 'commander';
import { ago, clock, percent, span } from '../../core/present.ts';
import type { ReportView } from '../../core/views.ts';
import type { CampaignView, TaskView } from '../../ports/fleet-desk.ts';
import { contextOf } from '../context.ts';
import type { CliIo } from '../io.ts';
import { send, userName } from '../sending.ts';
import { pairs, table } from '../table.ts';
import { awaitCampaign } from './campaign.ts';
import { campaignText } from './campaign-text.ts';

const API = '/api/muster/v1/tasks';

interface RunOptions {
  readonly deadline: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly comment: string;
  readonly by?: string;
}

interface HistoryOptions {
  readonly device?: string;
  readonly limit: string;
}

export function tasks(program: Command, io: CliIo): void {
  const group = program
    .command('tasks')
    .description('tasks that devices declare: look, run on many, history');

  group
    .command('list', { isDefault: true })
    .description('all tasks, on how many devices, and their last 7 days')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { tasks: found } = await client.json<{ tasks: TaskView[] }>(API);
      answer(found, () => (found.length === 0 ? 'no tasks\n' : listText(found, io.now())));
    });

  group
    .command('run <selector> <task>')
    .description('e.g. run site=berlin tidy; devices that are away run it when they return')
    .option('--dry-run', 'only say what it would do')
    .option('--deadline <duration>', 'how long to wait for devices, up to 30d', '1d')
    .option('--wait', 'show progress until every device has ended; fails unless all succeeded')
    .option('--comment <text>', 'why', '')
    .option('--by <name>', 'who (default: $USER)')
    .action(async (selector: string, task: string, options: RunOptions, command: Command) => {
      const { deadline, dryRun, wait, comment, by } = options;
      const body = {
        ...{ selector, task, deadline, comment },
        ...{ dryRun: dryRun === true, by: userName(io, by) },
      };
      const made = await send<CampaignView>(io, command, 'POST', `${API}/run`, body);
      if (wait === true) return awaitCampaign(io, command, made);
      contextOf(io, command).answer(made, () => campaignText(made));
    });

  group
    .command('show <task>')
    .description('its last run')
    .option('--device <id>', 'of this device')
    .action(async (task: string, { device }: { device?: string }, command: Command) => {
      const { answer } = contextOf(io, command);
      const [last] = await runsOf(io, command, task, { limit: '1', ...(device && { device }) });
      answer(last ?? null, () => (last === undefined ? `${task} never ran\n` : runText(last)));
    });

  group
    .command('history <task>')
    .description('its runs, newest first')
    .option('--device <id>', 'of this device')
    .option('--limit <n>', 'at most so many', '50')
    .action(async (task: string, options: HistoryOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      const runs = await runsOf(io, command, task, options);
      answer(runs, () => (runs.length === 0 ? `${task} never ran\n` : historyText(runs)));
    });
}

async function runsOf(
  io: CliIo,
  command: Command,
  task: string,
  { device, limit }: HistoryOptions,
): Promise<readonly ReportView[]> {
  const query = new URLSearchParams({ limit, ...(device !== undefined && { device }) });
  const path = `${API}/${encodeURIComponent(task)}`;
  return (await contextOf(io, command).client.json<{ runs: ReportView[] }>(path, query)).runs;
}

function listText(found: readonly TaskView[], now: number): string {
  return table<TaskView>(
    [
      { title: 'task', text: ({ task }) => task },
      { title: 'devices', right: true, text: ({ devices }) => String(devices) },
      { title: 'runs', right: true, text: ({ runs }) => String(runs?.runs ?? 0) },
      { title: 'succeeded', right: true, text: ({ runs }) => rateText(runs?.successRate) },
      {
        title: 'last',
        text: ({ runs }) =>
          runs === undefined
            ? ''
            : `${runs.last.state} on ${runs.last.device} ${ago(runs.last.startedAt, now)}`,
      },
    ],
    found,
  );
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '' : percent(rate * 100);
}

function historyText(runs: readonly ReportView[]): string {
  return table<ReportView>(
    [
      { title: 'started', text: ({ startedAt }) => clock(startedAt) },
      { title: 'device', text: ({ device }) => device },
      { title: 'state', text: ({ state }) => state },
      { title: 'took', right: true, text: tookText },
      { title: 'trigger', text: ({ trigger }) => trigger },
      { title: 'text', text: ({ text }) => text },
    ],
    runs,
  );
}

function runText(run: ReportView): string {
  const head = pairs([
    ['device', run.device],
    ['run', run.run],
    ['state', run.state],
    ['started', clock(run.startedAt)],
    ['took', tookText(run)],
    ['trigger', run.trigger],
    ['text', run.text],
    ...Object.entries(run.figures).map(([name, value]) => [name, String(value)] as const),
  ]);
  const changes = run.changes.map((line) => `  ${line}\n`).join('');
  return `${head}${changes}${run.output}`;
}

function tookText({ startedAt, endedAt }: ReportView): string {
  return endedAt === undefined ? '' : span(endedAt - startedAt);
}
