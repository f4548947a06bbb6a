/** Devices as rollouts see them. */
import type { Reported } from '../../../protocol/messages/reported.ts';
import type { Device } from '../../core/device.ts';
import { selectable } from '../../core/fleet/device.ts';
import type { Seen } from '../../core/rollouts/record.ts';
import type { RolloutDevices } from '../../ports/rollouts.ts';

const NONE: ReadonlyMap<string, string> = new Map();

export class Sight {
  private readonly devices: RolloutDevices;
  private readonly isUp: (device: Device) => boolean | undefined;
  /** Made once for each message. */
  private readonly packages = new WeakMap<Reported, ReadonlyMap<string, string>>();

  constructor(devices: RolloutDevices, isUp: (device: Device) => boolean | undefined) {
    this.devices = devices;
    this.isUp = isUp;
  }

  look(id: string): Seen | undefined {
    const device = this.devices.get(id);
    return device === undefined ? undefined : this.see(device);
  }

  *all(wanted: (id: string) => boolean = () => true): Generator<Seen> {
    for (const device of this.devices.all()) if (wanted(device.id)) yield this.see(device);
  }

  private see(device: Device): Seen {
    return {
      ...selectable(device),
      online: this.isUp(device) === true,
      healthy: device.health?.overall !== 'unhealthy',
      reportedAt: device.reported?.wall ?? 0,
      packages: device.reported === undefined ? NONE : this.packagesOf(device.reported),
    };
  }

  private packagesOf(reported: Reported): ReadonlyMap<string, string> {
    const known = this.packages.get(reported);
    if (known !== undefined) return known;
    const made = new Map(reported.packages.map(({ name, version }) => [name, version]));
    this.packages.set(reported, made);
    return made;
  }
}
