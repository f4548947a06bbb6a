/** `muster release deprecate`, `withdraw`, `channels`: what becomes of a release. Each stages targets. */
import type { Command } from 'commander';
import {
  keyOf,
  type Listed,
  listed,
  type TargetMap,
  without,
  withRelease,
} from '../../../core/releases/catalog.ts';
import { CliError, type CliIo } from '../../io.ts';
import { channelNames } from './add.ts';
import { folderOf, stageTargets, workingTargets } from './world.ts';

export function lifecycle(group: Command, io: CliIo): void {
  const change = async (
    [name, version]: readonly [string, string],
    command: Command,
    act: (targets: TargetMap, one: Listed) => TargetMap,
  ) => {
    const folder = folderOf(io, command);
    const state = await folder.load();
    const targets = workingTargets(state);
    const one = listed(targets).find(({ manifest }) => keyOf(manifest) === `${name}/${version}`);
    if (one === undefined)
      throw new CliError(`there is no ${name} ${version}: muster release list`);
    await stageTargets(io, folder, state, act(targets, one));
  };

  group
    .command('deprecate <name> <version>')
    .description('still installable, as a way back, but not what a new rollout should take')
    .action(async (name: string, version: string, _options: object, command: Command) =>
      change([name, version], command, (targets, one) =>
        withRelease(targets, { ...one, lifecycle: 'deprecated' }),
      ),
    );
  group
    .command('withdraw <name> <version>')
    .description('no device installs it any more, whatever the collector says; its files stay')
    .action(async (name: string, version: string, _options: object, command: Command) =>
      change([name, version], command, (targets, one) => without(targets, one.manifest)),
    );
  group
    .command('channels <name> <version> [channels...]')
    .description('the channels that a release is in from now on')
    .action(
      async (name: string, version: string, names: string[], _options: object, command: Command) =>
        change([name, version], command, (targets, one) =>
          withRelease(targets, { ...one, channels: channelNames(names) }),
        ),
    );
}
