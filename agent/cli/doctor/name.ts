/** The broker's name: known to DNS or the hosts file. */
import { isIP } from 'node:net';
import type { Diagnosis } from './diagnosis.ts';
import { fail, ok } from './diagnosis.ts';
import { brokerOf } from './endpoint.ts';

export const name: Diagnosis = {
  name: 'DNS',
  async run(world, config) {
    const { host } = brokerOf(config);
    if (isIP(host) !== 0) return [ok(`broker.url names an address, ${host}: nothing to look up`)];
    const answer = await world.lookup(host);
    if (answer.ok) return [ok(`${host} is ${answer.value.join(', ')}`)];
    const remedy = 'check broker.url, /etc/resolv.conf and the network';
    return [fail(`${host} is not found: ${answer.why}`, remedy)];
  },
};
