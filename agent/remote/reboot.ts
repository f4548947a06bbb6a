/** Reboots the machine by the privileged helper; success is told after the new boot. */
import type { RemoteCommandKind } from './command.ts';

export const reboot: RemoteCommandKind = {
  name: 'reboot',
  args: [],
  byDefault: false,
  endsBy: 'machine',
  run: (_, { helper, signal, id }) =>
    helper.ask({ verb: 'reboot', reason: `command ${id}` }, { signal }),
};
