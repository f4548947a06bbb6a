/** Stops a task that runs or waits for its turn. */
import type { RemoteCommandKind } from './command.ts';

export const cancelTask: RemoteCommandKind = {
  name: 'cancel-task',
  args: ['task'],
  byDefault: true,
  problem: (args) => (args.get('task') ? undefined : 'argument task names the task to stop'),
  run: (args, context) => {
    const task = args.get('task') ?? '';
    const ok = context.cancelTask(task);
    return Promise.resolve({ ok, text: ok ? `${task} is told to stop` : `${task} does not run` });
  },
};
