/** Runs one check of the device's own configuration now. */
import type { RemoteCommandKind } from './command.ts';

export const runCheck: RemoteCommandKind = {
  name: 'run-check',
  args: ['check'],
  byDefault: true,
  problem: (args) => (args.get('check') ? undefined : 'argument check names the check to run'),
  run: (args, { runCheck: run }) => run(args.get('check') ?? ''),
};
