/** `muster events`: what happened on devices. */
import type { Command } from 'commander';
import { clock } from '../../core/present.ts';
import type { EventRecord } from '../../core/views.ts';
import { contextOf } from '../context.ts';
import {
  fetchPages,
  type HistoryOptions,
  historyOptions,
  historyQuery,
} from '../history-options.ts';
import type { CliIo } from '../io.ts';
import { table } from '../table.ts';

const PATH = '/api/muster/v1/events';

interface Options extends HistoryOptions {
  readonly name?: string;
  readonly severity?: string;
}

export function events(program: Command, io: CliIo): void {
  const command = program
    .command('events')
    .description('what happened on devices, newest first (tail shows it as it happens)')
    .option('--name <event>', 'only this one, for example check.failed')
    .option('--severity <severity>', 'info, warning or error');
  historyOptions(command, '50').action(async (options: Options, used: Command) => {
    const { client, answer } = contextOf(io, used);
    const { name, severity } = options;
    const query = historyQuery(options, { name, severity }, io.now());
    const found = await fetchPages<EventRecord>(client, PATH, 'events', query);
    answer(found, () => listText(found));
  });
}

function listText(found: readonly EventRecord[]): string {
  if (found.length === 0) return 'no events\n';
  return table(
    [
      { title: 'time', text: ({ at }) => clock(at) },
      { title: 'device', text: ({ device }) => device },
      { title: 'severity', text: ({ severity }) => severity },
      { title: 'event', text: ({ name }) => name },
      { title: 'text', text: ({ text }) => text },
    ],
    found,
  );
}
