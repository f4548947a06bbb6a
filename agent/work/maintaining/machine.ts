/** What the conditions of a task ask of the machine; only what they ask for is looked at. */
import { type Conditions, defaultRoute, type MachineFacts } from '../../core/tasks/conditions.ts';
import type { Host } from '../../ports.ts';

const SUPPLIES = '/sys/class/power_supply';

export async function machineFacts(host: Host, asked: Conditions): Promise<MachineFacts> {
  const load = asked.maxLoad === undefined ? undefined : loadOf(host);
  const route = asked.unmetered ? defaultRoute(host.readNow('/proc/net/route') ?? '') : undefined;
  const free = asked.minFree === undefined ? undefined : await freeOf(host, asked.minFree.path);
  return {
    ...(asked.mains ? { mains: await onMains(host) } : {}),
    ...(load === undefined ? {} : { load }),
    ...(route === undefined ? {} : { route }),
    ...(free === undefined ? {} : { freeBytes: free }),
  };
}

/** A supply that is no battery and is online; or no battery at all. */
async function onMains(host: Host): Promise<boolean> {
  let batteries = 0;
  for (const name of await host.list(SUPPLIES)) {
    const read = async (file: string) =>
      (await host.read(`${SUPPLIES}/${name}/${file}`))?.trim() ?? '';
    const scope = await read('scope');
    // A mouse's battery says nothing about the device.
    if (scope === 'Device') continue;
    if ((await read('type')) === 'Battery') batteries++;
    else if ((await read('online')) === '1') return true;
  }
  return batteries === 0;
}

function loadOf(host: Host): number | undefined {
  const load = Number.parseFloat(host.readNow('/proc/loadavg') ?? '');
  return Number.isFinite(load) ? load : undefined;
}

async function freeOf(host: Host, path: string): Promise<number | undefined> {
  const found = await host.statfs(path).catch(() => undefined);
  return found === undefined || found === 'pending' ? undefined : found.availBytes;
}
