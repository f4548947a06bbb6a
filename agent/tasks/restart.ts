/** Restarts a systemd unit and looks whether it runs afterwards. */
import type { Infer } from '../../protocol/config/schema.ts';
import { flag, object, text } from '../../protocol/config/schema.ts';
import { failureOf, isMissing, runProgram } from './kit/program.ts';
import { failed } from './kit/say.ts';
import { UNIT_PATTERN } from './kit/unit.ts';
import { task } from './task.ts';

const schema = object('Restarts a systemd unit', {
  unit: text('The unit, e.g. `web.service`', { pattern: UNIT_PATTERN }),
  onlyIfRunning: flag('Leaves a unit alone that is stopped', { default: false, remote: true }),
});

type Options = Infer<typeof schema>;

/** A oneshot unit is inactive again as soon as it did its work. */
const GOOD_STATES = ['active', 'activating', 'reloading', 'inactive'];

export const restartTask = task<Options>({
  kind: 'restart',
  summary: 'restarts a systemd unit',
  schema,
  timeoutSeconds: 120,
  root: true,

  claims: ({ unit }) => [`unit:${unit}`],

  async run({ unit, onlyIfRunning }, context) {
    const verb = onlyIfRunning ? 'try-restart' : 'restart';
    if (context.dryRun) {
      return { ok: true, text: `would ${verb} ${unit}`, changes: [unit], figures: {} };
    }
    const command = ['systemctl', verb, '--', unit] as const;
    const result = await runProgram(context, command);
    const failure = failureOf(command, result);
    // 5: systemd does not know the unit.
    if (failure !== undefined) return failed(failure, isMissing(result) || result.code === 5);
    const looked = await runProgram(context, ['systemctl', 'is-active', '--', unit]);
    const state = looked.stdout.trim();
    return {
      ok: GOOD_STATES.includes(state),
      text: `${unit} was restarted and is ${state || 'in an unknown state'}`,
      changes: [unit],
      figures: {},
    };
  },
});
