/** `muster release init`, `rotate`, `revoke`, `renew`: who may sign. Each stages a root. */
import type { Command } from 'commander';
import type { TopRole } from '../../../../protocol/tuf/metadata.ts';
import type { RoleKeys } from '../../../core/releases/compose.ts';
import { unsigned } from '../../../core/releases/envelope.ts';
import { rootOf } from '../../../core/releases/publication.ts';
import {
  changedRoot,
  firstRoot,
  type RoleChange,
  type RootOutcome,
  renewedRoot,
} from '../../../core/releases/root-changes.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import {
  count,
  folderOf,
  publicKey,
  roleNamed,
  several,
  stageTargets,
  targetRoles,
  workingTargets,
} from './world.ts';

interface InitOptions {
  readonly rootKey?: readonly string[];
  readonly targetsKey?: readonly string[];
  readonly snapshotKey?: readonly string[];
  readonly timestampKey?: readonly string[];
  readonly threshold: string;
  readonly targetsThreshold: string;
}

interface RotateOptions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly threshold?: string;
}

export function roles(group: Command, io: CliIo): void {
  group
    .command('init')
    .description('a new repository: stages its first root')
    .option('--root-key <file>', 'a root key; usually three', several)
    .option('--targets-key <file>', 'signs releases', several)
    .option('--snapshot-key <file>', 'signs which metadata belongs together', several)
    .option('--timestamp-key <file>', 'signs that it is the newest', several)
    .option('--threshold <n>', 'root keys that must sign', '2')
    .option('--targets-threshold <n>', 'targets keys that must sign', '1')
    .action(async (options: InitOptions, command: Command) => {
      const folder = folderOf(io, command);
      const state = await folder.load();
      if (state.root !== undefined) throw new CliError(`${folder.path} has a root: see rotate`);
      const keysOf = async (
        files: readonly string[] | undefined,
        threshold: string,
      ): Promise<RoleKeys> => {
        const all = await Promise.all((files ?? []).map(publicKey));
        return { keys: all.map((key) => key.public), threshold: count(threshold) };
      };
      const chosen = {
        root: await keysOf(options.rootKey, options.threshold),
        targets: await keysOf(options.targetsKey, options.targetsThreshold),
        snapshot: await keysOf(options.snapshotKey, '1'),
        timestamp: await keysOf(options.timestampKey, '1'),
      };
      await stageRoot(io, command, firstRoot(chosen, io.now()));
      await stageTargets(io, folder, state, workingTargets(state));
    });

  const rotate = async (name: string, options: RotateOptions, command: Command) => {
    const role = roleNamed(name);
    const add = await Promise.all((options.add ?? []).map(publicKey));
    await change(io, command, {
      role,
      add: add.map((key) => key.public),
      remove: options.remove ?? [],
      ...(options.threshold !== undefined && { threshold: count(options.threshold) }),
    });
  };
  group
    .command('rotate <role>')
    .description('changes the keys of a role: stages the next root')
    .option('--add <file>', 'a key that may sign from now on', several)
    .option('--remove <keyid>', 'a key that may not any more (the beginning of its id)', several)
    .option('--threshold <n>', 'keys that must sign')
    .action(rotate);
  group
    .command('revoke <role> <keyid>')
    .description('takes a key away from a role: what it alone has signed counts for nothing')
    .action(async (name: string, keyid: string, _options: object, command: Command) =>
      rotate(name, { remove: [keyid] }, command),
    );
  group
    .command('renew [role]')
    .description('the same root (or targets, or delegated role) for longer')
    .action(async (role: string | undefined, _options: object, command: Command) => {
      const folder = folderOf(io, command);
      const state = await folder.load();
      const { root } = state;
      if (root === undefined) throw new CliError('there is no root yet: muster release init');
      if (role === undefined || role === 'root') {
        await stageRoot(io, command, renewedRoot(root, io.now()));
        return;
      }
      if (!targetRoles(state).includes(role)) {
        const known = ['root', ...targetRoles(state)].join(', ');
        throw new CliError(`${role} is none of ${known}; publish renews snapshot and timestamp`);
      }
      await stageTargets(io, folder, state, workingTargets(state, role), role);
      contextOf(io, command).answer({ role }, () => '');
    });
}

async function change(io: CliIo, command: Command, wanted: RoleChange): Promise<void> {
  const folder = folderOf(io, command);
  const state = await folder.load();
  // Several changes may go into one root.
  const { staged, root } = state;
  const base = staged.root === undefined ? root : rootOf(staged.root);
  if (base === undefined) throw new CliError('there is no root yet: muster release init');
  const from = { ...base, version: root?.version ?? 0 };
  await stageRoot(io, command, changedRoot(from, wanted, io.now()));
  const resign: readonly TopRole[] = ['targets'];
  if (resign.includes(wanted.role) && state.published.targets !== undefined) {
    await stageTargets(io, folder, state, workingTargets(state));
  }
}

async function stageRoot(io: CliIo, command: Command, outcome: RootOutcome): Promise<void> {
  if (!outcome.ok) throw new CliError(outcome.problem);
  await folderOf(io, command).stage('root', unsigned(outcome.document));
  const version = Number(outcome.document['version']);
  const next = 'muster release sign root --key FILE, with each key that is needed';
  contextOf(io, command).answer(
    { role: 'root', version },
    () => `root ${version} is staged: ${next}\n`,
  );
}
