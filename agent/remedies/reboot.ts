/** Reboots the machine, as the last resort. Only root may: the privileged helper does it. */

import { object } from '../../protocol/config/schema.ts';
import { MACHINE } from '../core/remedies/claims.ts';
import { remedy } from './remedy.ts';

export const reboot = remedy<object>({
  kind: 'reboot',
  summary: 'reboots the machine, through the privileged helper',
  timeoutSeconds: 60,
  schema: object('Reboots the machine. Takes no options: write `reboot: {}`.', {}),
  claims: () => [MACHINE],
  run: (_, { helper, signal, check }) =>
    helper.ask({ verb: 'reboot', reason: `check ${check} has failed` }, { signal }),
});
