/** `muster release delegate`, `undelegate`: others sign releases of some names. Each stages targets. */
import type { Command } from 'commander';
import type { JsonObject } from '../../../../protocol/tuf/json.ts';
import {
  delegationsOf,
  patternOf,
  withDelegation,
  withoutDelegation,
} from '../../../core/releases/delegations.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import {
  count,
  folderOf,
  publicKey,
  several,
  stageTargets,
  stageTop,
  workingTargets,
  workingTop,
} from './world.ts';

interface DelegateOptions {
  readonly key?: readonly string[];
  readonly paths?: readonly string[];
  readonly threshold: string;
}

export function delegating(group: Command, io: CliIo): void {
  group
    .command('delegate <role>')
    .description('lets others sign the releases of some names; again with the same role changes it')
    .option('--key <file>', 'a key that may sign (its .pub is enough); may be given again', several)
    .option(
      '--paths <pattern>',
      'names of packages with * and ?, such as app-*; may be given again',
      several,
    )
    .option('--threshold <n>', 'keys that must sign', '1')
    .action(async (name: string, options: DelegateOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const state = await folder.load();
      const keys = await Promise.all((options.key ?? []).map(publicKey));
      const wanted = {
        ...{ name, paths: (options.paths ?? []).map(patternOf) },
        ...{ keys: keys.map((key) => key.public), threshold: count(options.threshold) },
      };
      const made = withDelegation(delegationsOf(workingTop(state)), wanted);
      if (isProblem(made)) throw new CliError(made.problem);
      await stageTop(io, folder, state, workingTargets(state), made);
      const { delegates } = state;
      // What its other keys have signed must be signed again, and a new role begins with nothing.
      const isSigned = delegates.published.has(name) || delegates.staged.has(name);
      await stageTargets(io, folder, state, isSigned ? workingTargets(state, name) : {}, name);
      answer(
        { role: name, paths: wanted.paths, keys: keys.map(({ keyid }) => keyid) },
        () => `${name} may sign ${wanted.paths.join(', ')}, once targets are published\n`,
      );
    });
  group
    .command('undelegate <role>')
    .description('takes it back: devices believe nothing more that this role says')
    .action(async (name: string, _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const state = await folder.load();
      const all = delegationsOf(workingTop(state));
      if (!all.roles.some((one) => one.name === name)) {
        const known = all.roles.map((one) => one.name).join(', ');
        throw new CliError(`there is no delegated role ${name}${known && `, only ${known}`}`);
      }
      await stageTop(io, folder, state, workingTargets(state), withoutDelegation(all, name));
      await folder.unstage(name);
      answer({ role: name }, () => `${name} may sign nothing, once targets are published\n`);
    });
}

function isProblem(
  made: JsonObject | { readonly problem: string },
): made is { readonly problem: string } {
  return typeof made['problem'] === 'string';
}
