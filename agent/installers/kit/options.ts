/** Options that several installers share. */
import { count, flag, type Schema, text } from '../../../protocol/config/schema.ts';
import { UNIT_PATTERN } from '../../core/remedies/unit-name.ts';

/** Absolute, plain, and not the root: what a release names on a device. */
const PLACE = '^/(?!.*(^|/)\\.{1,2}(/|$))[A-Za-z0-9._+@-]+(/[A-Za-z0-9._+@-]+)*$';

export const place = (description: string, examples: readonly string[]): Schema<string> =>
  text(description, { pattern: PLACE, examples });

export const unit: Schema<string> = text('Unit of systemd that is restarted; none when empty.', {
  pattern: `^$|${UNIT_PATTERN}`,
  minLength: 0,
  default: '',
  examples: ['web.service'],
});

export const root = flag('Only root may: the privileged helper takes the steps.', {
  default: false,
});

export const user = text('Who the programs of the release run as.', {
  pattern: '^[a-z_][a-z0-9_-]{0,31}$',
  default: 'nobody',
});

export const keep = count('Versions that stay, the running one among them.', {
  ...{ min: 2, max: 16, default: 2 },
});
