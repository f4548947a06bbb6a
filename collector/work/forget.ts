/** Takes a device out: its series end, its retained topics are cleared, its records are dropped. */
import { buildTopic, KINDS, type Kind, mirrorTopic } from '../../protocol/topics.ts';
import type { Device } from '../core/device.ts';
import type { Bus, Clock, Log } from '../ports.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { Directory } from './directory.ts';
import type { OwnSamples } from './own-samples.ts';

export interface ForgetDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly directory: Directory;
  readonly dictionaries: Dictionaries;
  readonly ownSamples: OwnSamples;
}

export async function forgetDevice(deps: ForgetDeps, device: Device): Promise<void> {
  await endSite(deps, device, device.site);
  deps.dictionaries.forget(device.id);
  deps.directory.delete(device.id);
  deps.log.info('device forgotten', { device: device.id, site: device.site });
}

/** Ends what a device has under a site: after a move to another one, or when it is forgotten. */
export async function endSite(deps: ForgetDeps, device: Device, site: string): Promise<void> {
  await deps.ownSamples.end(device, site, Math.round(deps.clock.wall()));
  const retained = (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].retained);
  const topics = retained.map((kind) => buildTopic({ site, device: device.id, kind }));
  const mirrors = (['state', 'health', 'metrics'] as const).map((view) =>
    mirrorTopic(site, device.id, view),
  );
  for (const topic of [...topics, ...mirrors]) {
    await deps.bus.publish(topic, '', { qos: 1, retain: true });
  }
}
