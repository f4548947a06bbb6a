/** Runs one task of the device's own configuration now; `dryRun` only says what it would do. */
import type { RemoteCommandKind } from './command.ts';

export const runTask: RemoteCommandKind = {
  name: 'run-task',
  args: ['task', 'dryRun'],
  byDefault: true,
  problem: (args) => {
    if (!args.get('task')) return 'argument task names the task to run';
    const isSwitch = ['true', 'false'].includes(args.get('dryRun') ?? 'false');
    return isSwitch ? undefined : 'argument dryRun is true or false';
  },
  run: (args, context) =>
    context.runTask(args.get('task') ?? '', {
      dryRun: args.get('dryRun') === 'true',
      trigger: `command:${context.id}`,
      output: (text) => context.print(text),
    }),
};
