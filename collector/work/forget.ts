/** Takes a device out: its series end, its retained topics are cleared, its records are dropped. */
import { buildTopic, KINDS, type Kind, mirrorTopic } from '../../protocol/topics.ts';
import type { Device } from '../core/device.ts';
import type { Bus, Clock, Log } from '../ports.ts';
import type { OwnSamples } from './own-samples.ts';

export interface ForgetDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly ownSamples: OwnSamples;
}

/** Rejects when the broker is away: the device is forgotten then, but its retained topics are not. */
export async function forgetDevice(deps: ForgetDeps, device: Device): Promise<void> {
  const { clock, ownSamples, log } = deps;
  await ownSamples.end(device, device.site, Math.round(clock.wall()), true);
  log.info('device forgotten', { device: device.id, site: device.site });
  await clearRetained(deps, device.id, device.site);
}

/** Ends what a device has under a site after it moved to another. */
export async function endSite(deps: ForgetDeps, device: Device, site: string): Promise<void> {
  await deps.ownSamples.end(device, site, Math.round(deps.clock.wall()), false);
  await clearRetained(deps, device.id, site);
}

async function clearRetained({ bus }: ForgetDeps, device: string, site: string): Promise<void> {
  const retained = (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].retained);
  const topics = retained.map((kind) => buildTopic({ site, device, kind }));
  const mirrors = (['state', 'health', 'metrics'] as const).map((view) =>
    mirrorTopic(site, device, view),
  );
  for (const topic of [...topics, ...mirrors])
    await bus.publish(topic, '', { qos: 1, retain: true });
}
