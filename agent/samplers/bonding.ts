/** Bonded interfaces: how many members they have, and how many of those work. */

import { words } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';
import { attribute } from './source.ts';

const FOLDER = '/sys/class/net';
const slaves = gauge('node_bonding_slaves', 'Members of the bond.', ['master']);
const active = gauge('node_bonding_active', 'Members of the bond that work.', ['master']);

interface Bond {
  readonly master: string;
  /** What each member's link monitor says. */
  readonly states: readonly (string | undefined)[];
}

export const bonding = sampler<readonly Bond[]>({
  name: 'bonding',
  summary: 'members of bonded interfaces',
  profiles: ['full'],
  intervalSeconds: 30,
  timeoutMs: 5000,
  metrics: [slaves, active],

  async read(host) {
    const masters = words(host.readNow(`${FOLDER}/bonding_masters`) ?? '');
    return Promise.all(
      masters.map(async (master) => {
        const members = words((await attribute(host, `${FOLDER}/${master}/bonding/slaves`)) ?? '');
        const states = await Promise.all(
          members.map((member) => attribute(host, `${FOLDER}/${member}/bonding_slave/mii_status`)),
        );
        return { master, states };
      }),
    );
  },

  parse(bonds, emit) {
    for (const { master, states } of bonds) {
      emit(slaves, states.length, [master]);
      emit(active, states.filter((state) => state === 'up').length, [master]);
    }
  },
});
