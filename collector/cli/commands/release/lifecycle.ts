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
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { channelNames } from './add.ts';
import { folderOf, stageTargets, targetRoles, workingTargets } from './world.ts';

export function lifecycle(group: Command, io: CliIo): void {
  const change = async (
    [name, version]: readonly [string, string],
    command: Command,
    act: (targets: TargetMap, one: Listed) => TargetMap,
  ) => {
    const folder = folderOf(io, command);
    const state = await folder.load();
    for (const role of targetRoles(state)) {
      const targets = workingTargets(state, role);
      const one = listed(targets).find(({ manifest }) => keyOf(manifest) === `${name}/${version}`);
      if (one === undefined) continue;
      const changed = act(targets, one);
      await stageTargets(io, folder, state, changed, role);
      const after = listed(changed).find(
        ({ manifest }) => keyOf(manifest) === `${name}/${version}`,
      );
      const { lifecycle: now = 'withdrawn', channels = [] } = after ?? {};
      const { answer } = contextOf(io, command);
      answer(
        { name, version, lifecycle: now, channels, role },
        () => `${name} ${version}: ${[now, ...channels].join(', ')}, once it is published\n`,
      );
      return;
    }
    throw new CliError(`there is no ${name} ${version}: muster release list shows what there is`);
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
