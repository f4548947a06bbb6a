/** `muster reports`: what tasks, remedies and installations did, and how often they succeed. */
import type { Command } from 'commander';
import { clock, percent, span } from '../../core/present.ts';
import type { ReportView } from '../../core/views.ts';
import type { DeviceTally, ReportSummary, RunTally, TaskTally } from '../../ports/fleet.ts';
import { contextOf } from '../context.ts';
import {
  fetchPages,
  type HistoryOptions,
  historyOptions,
  historyQuery,
} from '../history-options.ts';
import { CliError, type CliIo } from '../io.ts';
import { type Column, pairs, table } from '../table.ts';

const PATH = '/api/muster/v1/reports';

interface Options extends HistoryOptions {
  readonly subject?: string;
  readonly name?: string;
  readonly state?: string;
}

export function reports(program: Command, io: CliIo): void {
  const group = program
    .command('reports')
    .description('runs of tasks, remedies and installations on devices');

  filters(group.command('list', { isDefault: true }).description('newest first'), '50').action(
    async (options: Options, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const found = await fetchPages<ReportView>(client, PATH, 'reports', asQuery(options, io));
      answer(found, () => listText(found));
    },
  );

  group
    .command('show <device> <run>')
    .description('one run, with its output')
    .action(async (device: string, run: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const query = new URLSearchParams({ device, limit: '1000' });
      const found = await client.json<{ reports: ReportView[] }>(PATH, query);
      const report = found.reports.find((one) => one.run === run);
      if (report === undefined) throw new CliError(`${device} has no run ${run} that is kept`);
      answer(report, () => reportText(report));
    });

  const summary = group
    .command('summary')
    .description('how often tasks succeed, by task and by device: the last 7 days unless told');
  filters(summary, '20').action(async (options: Options, command: Command) => {
    const { client, answer } = contextOf(io, command);
    const found = await client.json<ReportSummary>(`${PATH}/summary`, asQuery(options, io));
    answer(found, () => summaryText(found));
  });
}

function filters(command: Command, limit: string): Command {
  return historyOptions(command, limit)
    .option('--subject <subject>', 'task, remedy or install')
    .option('--name <name>', 'of the task, remedy or package')
    .option('--state <state>', 'running, succeeded, failed, timed-out, ...');
}

function asQuery(options: Options, io: CliIo): URLSearchParams {
  const { subject, name, state } = options;
  return historyQuery(options, { subject, name, state }, io.now());
}

function listText(found: readonly ReportView[]): string {
  if (found.length === 0) return 'no runs\n';
  return table(
    [
      { title: 'started', text: ({ startedAt }) => clock(startedAt) },
      { title: 'device', text: ({ device }) => device },
      { title: 'run', text: ({ run }) => run },
      { title: 'what', text: ({ subject, name }) => `${subject} ${name}` },
      { title: 'state', text: ({ state }) => state },
      { title: 'took', right: true, text: took },
      { title: 'text', text: ({ text }) => text },
    ],
    found,
  );
}

function took({ startedAt, endedAt }: ReportView): string {
  return endedAt === undefined ? '' : span(Math.max(0, endedAt - startedAt));
}

function reportText(report: ReportView): string {
  const { startedAt, endedAt, receivedAt, changes, output } = report;
  const head = pairs([
    ['device', report.device],
    [report.subject, `${report.name} (${report.kind})`],
    ['state', report.state],
    ['text', report.text],
    ['trigger', report.trigger],
    ['attempt', String(report.attempt)],
    ['started', clock(startedAt)],
    ['ended', endedAt === undefined ? 'it runs' : `${clock(endedAt)}, after ${took(report)}`],
    ['received', clock(receivedAt)],
    ...Object.entries(report.figures).map(([name, value]) => [name, String(value)] as const),
    ...changes.map((change) => ['changed', change] as const),
  ]);
  // Each line by itself: what it printed must not move the cursor.
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  const column: Column<string> = { title: 'output', text: (line) => line };
  return lines.length === 0 ? head : `${head}\n${table([column], lines)}`;
}

const RATES: readonly Column<RunTally>[] = [
  { title: 'runs', right: true, text: ({ runs }) => String(runs) },
  {
    title: 'succeeded',
    right: true,
    text: ({ successRate }) => (successRate === undefined ? '' : percent(100 * successRate)),
  },
  { title: 'last', text: ({ last }) => `${last.state}, ${clock(last.startedAt)}` },
  { title: 'text', text: ({ last }) => last.text },
];

function summaryText({ since, until, runs, complete, tasks, devices }: ReportSummary): string {
  const stretch = `${clock(since)} to ${clock(until)}`;
  if (runs === 0) return `no runs from ${stretch}\n`;
  const head = `${runs} runs from ${stretch}${complete ? '' : ' (the newest; there are more)'}\n`;
  const byTask = table<TaskTally>([{ title: 'task', text: nameOf }, ...RATES], tasks);
  const byDevice = table<DeviceTally>(
    [{ title: 'device', text: ({ device }) => device }, ...RATES],
    devices,
  );
  return `${head}\n${byTask}\n${byDevice}`;
}

function nameOf({ subject, name }: { readonly subject: string; readonly name: string }): string {
  return subject === 'task' ? name : `${subject} ${name}`;
}
