/** `muster release build`: a reproducible archive. */
import type { Command } from 'commander';
import { buildArchive, digestOf } from '../../../app/releases.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';

export function files(group: Command, io: CliIo): void {
  group
    .command('build <source>')
    .description('a tar archive of a folder or file: the same content gives the same bytes')
    .requiredOption(
      '--out <file>',
      'where it goes; .tar.gz or .tgz: compressed, which has no deltas',
    )
    .action(async (source: string, { out }: { readonly out: string }, command: Command) => {
      const { answer } = contextOf(io, command);
      await buildArchive(source, out).catch((error: unknown) => {
        throw new CliError(`${source}: ${(error as Error).message}`);
      });
      const { length, sha256 } = await digestOf(out);
      answer(
        { file: out, bytes: length, sha256 },
        () => `${out}: ${length} bytes, sha256 ${sha256}\n`,
      );
    });
}
