/** `muster release prune`: old versions go, but never one that a device runs or may fall back to. */
import type { Command } from 'commander';
import { hashedPath } from '../../../../protocol/tuf/paths.ts';
import {
  keyOf,
  listed,
  prunable,
  type TargetMap,
  without,
} from '../../../core/releases/catalog.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import {
  folderOf,
  publishedAll,
  stageTargets,
  targetRoles,
  textOf,
  workingAll,
  workingTargets,
} from './world.ts';

interface PruneOptions {
  readonly keep: string;
  readonly inUse: string;
  readonly dryRun?: boolean;
}

export function prune(group: Command, io: CliIo): void {
  group
    .command('prune')
    .description('stages the removal of old releases, and deletes files that no metadata names')
    .option('--keep <n>', 'newest versions of each name that stay', '3')
    .requiredOption(
      '--in-use <file>',
      'lines `name version`: what devices run or may fall back to (GET /api/muster/v1/releases/in-use)',
    )
    .option('--dry-run', 'only say what would go')
    .action(async (options: PruneOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      if (!/^[1-9]\d{0,3}$/.test(options.keep)) throw new CliError('--keep is a number from 1');
      const folder = folderOf(io, command);
      const state = await folder.load();
      const targets = workingAll(state);
      const inUse = inUseOf(await textOf(options.inUse));
      const old = prunable(listed(targets), { newest: Number(options.keep), inUse });
      // Those of what is published stay until the removal is published itself.
      const named = namedFiles([targets, publishedAll(state)]);
      const loose = (await folder.targetFiles()).filter(
        (file) => !named.has(file) && !inUse.has(file.split('/').slice(0, 2).join('/')),
      );
      const releases = old.map(({ manifest }) => keyOf(manifest));
      if (options.dryRun !== true) {
        for (const role of targetRoles(state)) {
          const own = workingTargets(state, role);
          const left = old.reduce<TargetMap>((all, { manifest }) => without(all, manifest), own);
          const isLess = Object.keys(left).length < Object.keys(own).length;
          if (isLess) await stageTargets(io, folder, state, left, role);
        }
        for (const file of loose) await folder.removeTarget(file);
      }
      answer({ releases, files: loose }, () =>
        [...releases.map((one) => `release ${one}`), ...loose.map((one) => `file ${one}`), ''].join(
          '\n',
        ),
      );
    });
}

function namedFiles(all: readonly TargetMap[]): ReadonlySet<string> {
  const files = all.flatMap((targets) =>
    Object.entries(targets).map(([path, { hashes }]) => hashedPath(path, hashes['sha256'] ?? '')),
  );
  return new Set(files);
}

function inUseOf(text: string): ReadonlySet<string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return new Set(
    lines.map((line) => {
      const [name, version, ...rest] = line.trim().split(/\s+/);
      if (name === undefined || version === undefined || rest.length > 0) {
        throw new CliError(`--in-use: ${JSON.stringify(line)} is not a name and a version`);
      }
      return `${name}/${version}`;
    }),
  );
}
