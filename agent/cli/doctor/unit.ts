/** The systemd unit, where there is one. */
import type { Diagnosis } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';

const UNIT = 'muster-agent.service';
const FIELDS = ['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'NRestarts'] as const;
const MANY_RESTARTS = 3;

export const unit: Diagnosis = {
  name: 'service',
  async run(world) {
    // sd_booted(3): the folder is there exactly when systemd runs the machine.
    if ((await world.path('/run/systemd/system')) === undefined) return [];
    const answer = await world.command('systemctl', [
      'show',
      UNIT,
      `--property=${FIELDS.join(',')}`,
    ]);
    if (!answer.ok) return [warn(`systemctl: ${answer.why}`, 'is systemctl in the PATH?')];
    const state = fields(answer.value);
    const of = (field: (typeof FIELDS)[number]) => state.get(field) ?? 'unknown';
    if (of('LoadState') === 'not-found') {
      return [warn(`${UNIT} is not installed`, 'see deploy/README.md')];
    }
    const detail = `${UNIT}: ${of('ActiveState')} (${of('SubState')}), ${of('UnitFileState')}`;
    if (of('ActiveState') !== 'active') {
      return [fail(detail, `journalctl -u ${UNIT} tells why; systemctl restart ${UNIT}`)];
    }
    if (Number(of('NRestarts')) >= MANY_RESTARTS) {
      return [warn(`${detail}, restarted ${of('NRestarts')} times`, `journalctl -u ${UNIT}`)];
    }
    if (of('UnitFileState') === 'disabled') {
      return [warn(`${detail}: not started at boot`, `systemctl enable ${UNIT}`)];
    }
    return [ok(detail)];
  },
};

function fields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').map((line) => {
      const [name = '', value = ''] = line.split('=', 2);
      return [name, value];
    }),
  );
}
