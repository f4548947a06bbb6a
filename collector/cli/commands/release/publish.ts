/** `muster release publish`: writes what is signed, and signs snapshot and timestamp on the way. */
import type { Command } from 'commander';
import { publication, versionOf } from '../../../core/releases/publication.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { folderOf, secretKeys, several } from './world.ts';

export function publish(group: Command, io: CliIo): void {
  group
    .command('publish')
    .description('publishes what is staged; without anything staged, signs a new timestamp')
    .option('--key <file>', 'a key of snapshot or timestamp; may be given again', several)
    .action(async ({ key = [] }: { readonly key?: readonly string[] }, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const keys = await secretKeys(io, key);
      const made = publication(await folder.load(), keys, io.now());
      const { files, staged, delegated, lacking, waiting } = made;
      for (const { name, bytes } of files) await folder.publish(name, bytes);
      await folder.stageOnly(staged, delegated);
      for (const one of waiting) io.err(`not yet: ${one}\n`);
      if (lacking.length > 0) throw new CliError(`not published: ${lacking.join('; ')}`);
      const { published } = await folder.load();
      const version = published.timestamp === undefined ? 0 : versionOf(published.timestamp);
      const names = files.map(({ name }) => name);
      answer(
        { files: names, timestamp: version, waiting },
        () => `published: ${names.join(', ')}\n`,
      );
    });
}
