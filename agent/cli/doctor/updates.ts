/** Updates: the roots of trust are there, and the collector's HTTP API can be reached. */
import { resolve } from 'node:path';
import type { World } from '../../ports/world.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';

const ROOTS = ['director.root.json', 'release.root.json'];

export const updates: Diagnosis = {
  name: 'updates',
  async run(world, config) {
    const folder = config.updates?.trust ?? resolve(config.folder, 'trust');
    const url = config.collector?.url;
    const states = await Promise.all(
      ROOTS.map(async (file) => ({ file, state: await world.path(`${folder}/${file}`) })),
    );
    if (url === undefined) {
      // A device without updates has neither; with roots, the address was forgotten.
      if (!states.some(({ state }) => state?.kind === 'file')) return [];
      const remedy = 'set collector.url: without it there is nobody to ask for updates';
      return [warn(`roots of trust are in ${folder}, and collector.url is not set`, remedy)];
    }
    if (config.updates?.enabled === false) {
      return [warn('switched off (updates.enabled)', 'switch it on when packages should change')];
    }
    const findings = states.flatMap(({ file, state }) => root(`${folder}/${file}`, state));
    if (findings.length === 0) findings.push(ok(`both roots of trust are in ${folder}`));
    return [...findings, await collector(world, url)];
  },
};

type State = Awaited<ReturnType<World['path']>>;

function root(path: string, state: State): Finding[] {
  if (state === undefined) {
    return [fail(`${path} is missing`, 'copy it from the collector; docs/updates.md tells where')];
  }
  if (!state.readable) {
    return [fail(`${path} may not be read by this user`, `chmod 644 ${path}`)];
  }
  return [];
}

async function collector(world: World, url: string): Promise<Finding> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const answer = await world.connect({ host, port: portOf(port, protocol) });
  if (answer.ok) return ok(`${url} can be reached`);
  return fail(`${url} cannot be reached: ${answer.why}`, 'check collector.url and the network');
}

function portOf(port: string, protocol: string): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
