/** Looks for updates now instead of at the next round. */
import type { RemoteCommandKind } from './command.ts';

export const updateNow: RemoteCommandKind = {
  name: 'update-now',
  args: [],
  byDefault: true,
  run: (_, context) => context.updateNow(),
};
