/** Restarts a unit that the configuration file names in a remedy or a task. */
import { VERB_TIMEOUT_MS } from '../../core/remedies/helper-lines.ts';
import { systemctl } from './systemctl.ts';
import { refused, type Verb } from './verb.ts';

export const restartUnit: Verb<'restart-unit'> = async ({ unit }, context) => {
  if (!context.declared.units.has(unit)) {
    return refused(`${unit} is in no remedy and no task of the configuration file`);
  }
  const inTheWay = context.underWay.inTheWayOfRestart;
  if (inTheWay !== undefined) return refused(`${inTheWay}; ask again when it has ended`);
  return systemctl(['restart', '--', unit], `restarted ${unit}`, VERB_TIMEOUT_MS, context);
};
