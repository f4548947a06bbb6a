/** Restarts the agent; success is told by the next one. */
import type { RemoteCommandKind } from './command.ts';

export const restartAgent: RemoteCommandKind = {
  name: 'restart-agent',
  args: [],
  byDefault: true,
  endsBy: 'agent',
  run: (_, context) => {
    context.restartAgent();
    return Promise.resolve({ ok: true, text: 'the agent restarts' });
  },
};
