/** `muster quarantine`: messages that the collector could not decode. */
import type { Command } from 'commander';
import { bytes, clock } from '../../core/present.ts';
import type { QuarantineEntry } from '../../core/views.ts';
import { contextOf } from '../context.ts';
import type { CliIo } from '../io.ts';
import { pairs, table } from '../table.ts';

const PATH = '/api/muster/v1/quarantine';

export function quarantine(program: Command, io: CliIo): void {
  const group = program
    .command('quarantine')
    .description('look at messages that could not be decoded');

  group
    .command('list', { isDefault: true })
    .description('newest first')
    .option('--limit <n>', 'at most so many', '100')
    .action(async ({ limit }: { limit: string }, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { entries } = await client.json<{ entries: QuarantineEntry[] }>(
        PATH,
        new URLSearchParams({ limit }),
      );
      answer(entries, () => listText(entries));
    });

  group
    .command('show <id>')
    .description('one message with its bytes')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const entry = await client.json<QuarantineEntry & { payload: string }>(
        `${PATH}/${encodeURIComponent(id)}`,
      );
      answer(entry, () => entryText(entry));
    });
}

function listText(entries: readonly QuarantineEntry[]): string {
  if (entries.length === 0) return 'nothing is in quarantine\n';
  return table(
    [
      { title: 'id', text: ({ id }) => id },
      { title: 'received', text: ({ receivedAt }) => clock(receivedAt) },
      { title: 'topic', text: ({ topic }) => topic },
      { title: 'size', right: true, text: (entry) => bytes(entry.bytes) },
      { title: 'reason', text: ({ reason }) => reason },
    ],
    entries,
  );
}

function entryText({ payload, ...entry }: QuarantineEntry & { payload: string }): string {
  const head = pairs([
    ['id', entry.id],
    ['received', clock(entry.receivedAt)],
    ['topic', entry.topic],
    ['size', bytes(entry.bytes)],
    ['reason', entry.reason],
  ]);
  const lines = payload.match(/.{1,32}/g) ?? [];
  const dump = lines.map((line, i) => {
    const address = (i * 16).toString(16).padStart(8, '0');
    return `${address}  ${(line.match(/../g) ?? []).join(' ')}\n`;
  });
  return `${head}\n${dump.join('')}`;
}
