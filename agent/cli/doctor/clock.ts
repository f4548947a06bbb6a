/** The wall clock: plausible, and kept by somebody. */
import { plausibleTime } from '../../core/doctor.ts';
import type { Diagnosis } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';

const INSTALL = 'enable systemd-timesyncd (timedatectl set-ntp true) or chrony';

export const clock: Diagnosis = {
  name: 'clock',
  run(world, config) {
    const now = world.wall();
    const text = new Date(now).toISOString();
    if (!plausibleTime(now)) {
      const remedy = `${INSTALL}; samples are kept and dated once the time is known`;
      return Promise.resolve([fail(`${text} cannot be right`, remedy)]);
    }
    const synced = world.clockSynced();
    if (synced === true) return Promise.resolve([ok(`${text}, synchronised`)]);
    if (config.clock.source === 'trust') {
      return Promise.resolve([ok(`${text}, trusted as configured (clock.source)`)]);
    }
    const remedy = `${INSTALL}; or, where the clock is set by other means, clock.source: trust`;
    const how = synced === false ? 'not synchronised' : 'nobody says whether it is synchronised';
    return Promise.resolve([warn(`${text}, ${how}`, remedy)]);
  },
};
