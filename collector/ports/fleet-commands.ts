/** What layers, flags, commands and tasks ask of the rest of the collector. */
import type { Device } from '../core/device.ts';

export interface FleetDevices {
  get(id: string): Device | undefined;
  all(): Iterable<Device>;
}
