/** `muster release`: the release repository, its keys and its signatures. */
import type { Command } from 'commander';
import type { CliIo } from '../../io.ts';
import { add } from './add.ts';
import { delegating } from './delegating.ts';
import { directorRoot } from './director-root.ts';
import { exchange } from './exchange.ts';
import { files } from './files.ts';
import { keys } from './keys.ts';
import { lifecycle } from './lifecycle.ts';
import { listing } from './listing.ts';
import { prune } from './prune.ts';
import { publish } from './publish.ts';
import { roles } from './roles.ts';

export function release(program: Command, io: CliIo): void {
  const group = program
    .command('release')
    .description('releases: build, sign, publish; keys and roles of their repository')
    .option('--repo <folder>', 'the repository (or MUSTER_RELEASES; default ./releases)');
  const verbs = [keys, roles, delegating, files, add, exchange, publish, listing, lifecycle, prune];
  for (const verb of [...verbs, directorRoot]) verb(group, io);
}
