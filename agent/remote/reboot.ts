/** Reboots the machine by the privileged helper; success is told after the new boot. */
import type { RemoteCommandKind } from './command.ts';

export const reboot: RemoteCommandKind = {
  name: 'reboot',
  args: [],
  byDefault: false,
  endsBy: 'machine',
  run: (_, context) => {
    const inTheWay = context.inTheWayOfReboot?.();
    if (inTheWay !== undefined) {
      const text = `not rebooted: ${inTheWay}; send it again when that has ended`;
      return Promise.resolve({ ok: false, text });
    }
    const { helper, signal, id } = context;
    return helper.ask({ verb: 'reboot', reason: `command ${id}` }, { signal });
  },
};
