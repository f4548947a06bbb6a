/**
 * All devices that the collector knows. Memory is the truth; the catalog is its copy at the last
 * checkpoint, and the journal brings what came after.
 */
import { type Device, newDevice } from '../core/device.ts';

/** Ids that nobody enrolled could otherwise fill the memory. */
const MAX_DEVICES = 200_000;

export class Directory {
  private readonly devices = new Map<string, Device>();
  private readonly dirty = new Set<string>();
  /** The collector lost records of devices: those that look new may not be. */
  forgetful = false;

  get size(): number {
    return this.devices.size;
  }

  get(id: string): Device | undefined {
    return this.devices.get(id);
  }

  all(): Iterable<Device> {
    return this.devices.values();
  }

  /** The device, new when it was not known; `undefined` when there are too many. */
  open(id: string, site: string, now: number): Device | undefined {
    const known = this.devices.get(id);
    if (known !== undefined) return known;
    if (this.devices.size >= MAX_DEVICES) return undefined;
    const fresh = newDevice(id, site, now, this.forgetful);
    this.devices.set(id, fresh);
    return fresh;
  }

  restore(device: Device): void {
    this.devices.set(device.id, device);
  }

  delete(id: string): boolean {
    this.dirty.add(id);
    return this.devices.delete(id);
  }

  /** Marks a device as changed since the last checkpoint. */
  touch(device: Device): void {
    this.dirty.add(device.id);
  }

  /** Puts back an id whose checkpoint failed. */
  retouch(id: string): void {
    this.dirty.add(id);
  }

  /** Ids changed since the last call; a device that is gone is among them. */
  takeDirty(): string[] {
    const ids = [...this.dirty];
    this.dirty.clear();
    return ids;
  }
}
