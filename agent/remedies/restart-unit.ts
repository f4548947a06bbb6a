/** Restarts a systemd unit. Only root may: the privileged helper does it. */

import { object, text } from '../../protocol/config/schema.ts';
import { UNIT_PATTERN } from '../core/remedies/unit-name.ts';
import { remedy } from './remedy.ts';

interface Options {
  readonly unit: string;
}

export const restartUnit = remedy<Options>({
  kind: 'restart-unit',
  summary: 'restarts a systemd unit, through the privileged helper',
  timeoutSeconds: 120,
  schema: object('Restarts a systemd unit.', {
    unit: text('Full name of the unit, with its suffix.', {
      pattern: UNIT_PATTERN,
      examples: ['web.service'],
    }),
  }),
  claims: ({ unit }) => [`unit:${unit}`],
  run: ({ unit }, { helper, signal }) => helper.ask({ verb: 'restart-unit', unit }, { signal }),
});
