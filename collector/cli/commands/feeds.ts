/** `muster feeds`: files for all devices, such as advisories of vulnerable packages. */
import type { Command } from 'commander';
import { ago } from '../../core/present.ts';
import type { FeedEntry } from '../../ports/shelves.ts';
import { contextOf } from '../context.ts';
import { sendFile } from '../files.ts';
import type { CliIo } from '../io.ts';
import { send } from '../sending.ts';
import { table } from '../table.ts';

const PATH = '/api/muster/v1/feeds';

export function feeds(program: Command, io: CliIo): void {
  const group = program.command('feeds').description('files that devices fetch: advisories');

  group
    .command('list', { isDefault: true })
    .description('what there is')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { feeds: all } = await client.json<{ feeds: FeedEntry[] }>(PATH);
      answer(all, () => listText(all, io.now()));
    });

  group
    .command('put <name> <file>')
    .description('put or replace a feed, e.g. put debian-12.json.gz advisories.json.gz')
    .action(async (name: string, file: string, _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const path = `${PATH}/${encodeURIComponent(name)}`;
      const made = await sendFile<FeedEntry>(io, command, path, file);
      answer(made, () => `${made.name}: ${made.bytes} bytes\n`);
    });

  group
    .command('remove <names...>')
    .description('take feeds away')
    .action(async (names: string[], _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      for (const name of names)
        await send(io, command, 'DELETE', `${PATH}/${encodeURIComponent(name)}`);
      answer({ removed: names }, () => names.map((name) => `${name} is gone\n`).join(''));
    });
}

function listText(all: readonly FeedEntry[], now: number): string {
  if (all.length === 0) return 'no feeds: put one with muster feeds put NAME FILE\n';
  return table(
    [
      { title: 'name', text: ({ name }) => name },
      { title: 'bytes', text: ({ bytes }) => String(bytes) },
      { title: 'changed', text: ({ modifiedAt }) => ago(modifiedAt, now) },
    ],
    all,
  );
}
