/**
 * Looks after what becomes of `desired`: devices that did not see it, brokers that lost it, and
 * collectors that came back from an older backup.
 */
import type { Device } from '../../core/device.ts';
import { selectable } from '../../core/fleet/device.ts';
import { covers, type Layer, parseLayerId } from '../../core/fleet/layers.ts';
import { parseSelector } from '../../core/fleet/selector.ts';
import { Wheel } from '../../core/fleet/wheel.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import type { Bus, Cancel, Clock } from '../../ports.ts';
import type { DesiredStates } from './desired.ts';

export interface DesiredWatchDeps {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly devices: FleetDevices;
  readonly desired: DesiredStates;
  readonly breathe: () => Promise<void>;
}

const TICK_MS = 5_000;
/** A device that just connected has this long to take what the broker holds for it, and to say so. */
const PATIENCE_MS = 60_000;
/** No device is sent the same more often. */
const RESEND_MS = 600_000;
const SLICE = 2_000;

export class DesiredWatch {
  private readonly deps: DesiredWatchDeps;
  private readonly suspects = new Wheel<string>();
  private readonly suspected = new Set<string>();
  private readonly resentAt = new Map<string, number>();
  private connected = false;
  private cancel: Cancel = () => {};
  private scanning: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(deps: DesiredWatchDeps) {
    this.deps = deps;
  }

  /** The bus is open. A broker in this process begins with an empty memory. */
  start(): void {
    const { bus, desired, devices } = this.deps;
    this.connected = bus.stats().connected;
    const embedded = bus.subscribed('muster') !== undefined;
    desired.resend(embedded ? desired.known() : desired.behind());
    this.touchWhere(() => true, devices.all());
    this.tick();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.scanning;
  }

  /** A layer has changed: who lay or lies within it is looked at again. */
  layerChanged(before: Layer | undefined, after: Layer | undefined): void {
    const tests = [before, after].flatMap((layer) => (layer === undefined ? [] : [within(layer)]));
    const own = after ?? before;
    const name = own && parseLayerId(own.id);
    if (name?.kind === 'device') return this.deps.desired.touch([name.name]);
    this.touchWhere((device) => tests.some((test) => test(device)), this.deps.devices.all());
  }

  flagsChanged(): void {
    this.touchWhere(() => true, this.deps.devices.all());
  }

  /** A device told of itself: its labels may be others, and it may have missed something. */
  heard(device: Device): void {
    const { desired, clock } = this.deps;
    desired.touch([device.id]);
    if (!desired.isBehind(device.id) || this.suspected.has(device.id)) return;
    this.suspected.add(device.id);
    this.suspects.add(clock.mono() + PATIENCE_MS, device.id);
  }

  /** Resolves when every change so far has found its devices. */
  settled(): Promise<void> {
    return this.scanning;
  }

  private touchWhere(test: (device: Device) => boolean, devices: Iterable<Device>): void {
    this.scanning = this.scanning.then(async () => {
      let found: string[] = [];
      let seen = 0;
      for (const device of devices) {
        if (this.stopped) return;
        if (test(device)) found.push(device.id);
        if (++seen % SLICE !== 0) continue;
        this.deps.desired.touch(found);
        found = [];
        await this.deps.breathe();
      }
      this.deps.desired.touch(found);
    });
  }

  private tick(): void {
    this.cancel = this.deps.clock.after(TICK_MS, () => {
      this.look();
      if (!this.stopped) this.tick();
    });
  }

  private look(): void {
    const { bus, desired, clock } = this.deps;
    const { connected } = bus.stats();
    if (connected && !this.connected) desired.resend(desired.behind());
    this.connected = connected;
    const now = clock.mono();
    const missing = this.suspects.take(now).filter((id) => {
      this.suspected.delete(id);
      return desired.isBehind(id) && now - (this.resentAt.get(id) ?? -RESEND_MS) >= RESEND_MS;
    });
    for (const id of missing) this.resentAt.set(id, now);
    desired.resend(missing);
    desired.retry();
  }
}

function within(layer: Layer): (device: Device) => boolean {
  const name = parseLayerId(layer.id);
  if (name === undefined) return () => false;
  const selector = layer.selector === undefined ? undefined : parseSelector(layer.selector);
  const ready = { layer, name, ...(selector && { selector }) };
  return (device) => covers(ready, selectable(device));
}
