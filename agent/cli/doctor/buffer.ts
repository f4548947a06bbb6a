/** The buffer: never opened here, since LevelDB has one owner and opening it may repair it. */
import { basename, dirname, join } from 'node:path';
import { formatSize } from '../../../protocol/config/units.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';

export const buffer: Diagnosis = {
  name: 'buffer',
  async run(world, config) {
    const path = join(config.data, 'buffer');
    const findings: Finding[] = [];
    const prefix = `${basename(path)}.damaged-`;
    const aside = (await world.list(dirname(path))).filter((entry) => entry.startsWith(prefix));
    if (aside.length > 0) {
      const remedy = 'the agent went on without it; remove it when nobody needs to look at it';
      findings.push(warn(`damaged buffer set aside: ${aside.join(', ')}`, remedy));
    }
    const status = await world.agentStatus(config.socket.path);
    if (status.ok) return [...findings, running(status.value['buffer'])];
    const state = await world.path(path);
    if (state === undefined) return [...findings, ok('none yet; it is made at the first start')];
    if (state.kind !== 'folder' || !state.readable || !state.writable) {
      const remedy = `chown -R USER ${path}`;
      return [...findings, fail(`${path} may not be opened by this user`, remedy)];
    }
    return [...findings, ok(`${path} is there; what is in it shows when the agent runs`)];
  },
};

function running(stats: unknown): Finding {
  const { bytes, capBytes, records } = (stats ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof bytes !== 'number' || typeof capBytes !== 'number') return ok('open in the agent');
  const detail = `${String(records)} records wait, ${formatSize(bytes)} of ${formatSize(capBytes)}`;
  return bytes > capBytes * 0.9
    ? warn(detail, 'the oldest samples are being dropped: check the broker and the collector')
    : ok(detail);
}
