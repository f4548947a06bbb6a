/** `muster backups`: what devices left with the collector. */
import type { Command } from 'commander';
import { ago } from '../../core/present.ts';
import type { BackupEntry } from '../../ports/shelves.ts';
import { contextOf } from '../context.ts';
import { fetchFile } from '../files.ts';
import type { CliIo } from '../io.ts';
import { table } from '../table.ts';

const PATH = '/api/muster/v1/backups';

export function backups(program: Command, io: CliIo): void {
  const group = program.command('backups').description('backups that devices have left');

  group
    .command('list [device]', { isDefault: true })
    .description('newest first')
    .action(async (device: string | undefined, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const query = new URLSearchParams(device === undefined ? {} : { device });
      const { backups: all } = await client.json<{ backups: BackupEntry[] }>(PATH, query);
      answer(all, () => listText(all, io.now()));
    });

  group
    .command('get <device> <name> <file> <target>')
    .description('save one here; its checksum is compared')
    .action(async (...given: [string, string, string, string, object, Command]) => {
      const [device, name, file, target, , command] = given;
      const { answer } = contextOf(io, command);
      const path = [PATH, ...[device, name, file].map(encodeURIComponent)].join('/');
      const bytes = await fetchFile(io, command, path, target);
      answer({ target, bytes }, () => `${target}: ${bytes} bytes\n`);
    });
}

function listText(all: readonly BackupEntry[], now: number): string {
  if (all.length === 0) return 'no backups\n';
  return table(
    [
      { title: 'device', text: ({ device }) => device },
      { title: 'name', text: ({ name }) => name },
      { title: 'file', text: ({ file }) => file },
      { title: 'bytes', text: ({ bytes }) => String(bytes) },
      { title: 'left', text: ({ modifiedAt }) => ago(modifiedAt, now) },
    ],
    all,
  );
}
