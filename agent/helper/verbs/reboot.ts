/** Reboots the machine, where the configuration file has a remedy or an allowed command for it. */
import { VERB_TIMEOUT_MS } from '../../core/remedies/helper-lines.ts';
import { systemctl } from './systemctl.ts';
import { refused, type Verb } from './verb.ts';

/** The reason is for the log alone: nothing of a request becomes part of a command line. */
export const reboot: Verb<'reboot'> = async (_, context) => {
  if (!context.declared.mayReboot) {
    return refused('no remedy of the configuration file reboots, and commands.allow lacks reboot');
  }
  const inTheWay = context.underWay.inTheWayOfReboot;
  if (inTheWay !== undefined) return refused(`${inTheWay}; ask again when it has ended`);
  return systemctl(['reboot'], 'the machine reboots', VERB_TIMEOUT_MS, context);
};
