/**
 * Keeps each device's `desired` in step with layers and flags: what changes is written down with
 * its version, then published retained. Only devices that may have changed are looked at, in slices.
 */
import {
  decodeDesired,
  encodeDesired,
  type WantedPackage,
} from '../../../protocol/messages/desired.ts';
import { buildTopic } from '../../../protocol/topics.ts';
import type { Device } from '../../core/device.ts';
import type { Composer, Content } from '../../core/fleet/composer.ts';
import { selectable } from '../../core/fleet/device.ts';
import { nextVersion } from '../../core/fleet/version.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import type { Bus, Clock, Log } from '../../ports.ts';
import { type Entry, type FleetMemory, KEEPING } from './memory.ts';

export interface DesiredDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly memory: FleetMemory;
  readonly devices: FleetDevices;
  /** Of the layers and flags as they are now. */
  readonly composer: () => Composer;
  readonly breathe: () => Promise<void>;
  readonly graceMs: number;
  /** What rollouts want of a device; who changes it calls `touch`. */
  readonly packages?: (device: string) => readonly WantedPackage[];
}

/** What was wanted of a device last. */
export interface DesiredRecord {
  readonly version: number;
  readonly issuedAt: number;
  readonly digest: string;
  readonly site: string;
}

/** Devices looked at before others have their turn. */
const SLICE = 250;
/** Only what is large is read again before it is sent; all of it was checked when it was set. */
const DOUBTFUL_BYTES = 32_768;

export class DesiredStates {
  private readonly deps: DesiredDeps;
  private readonly records = new Map<string, DesiredRecord>();
  /** To be composed anew. */
  private readonly dirty = new Set<string>();
  private composing: ReadonlySet<string> = new Set();
  /** To be published though nothing changed, or because it failed. */
  private readonly unsent = new Set<string>();
  /** Devices of which what is wanted cannot be sent, and why. */
  private readonly problems = new Map<string, string>();
  private working: Promise<void> | undefined;
  private stopped = false;
  /** Devices that were composed, for tests of how much a change costs. */
  looked = 0;

  constructor(deps: DesiredDeps) {
    this.deps = deps;
  }

  async restore(): Promise<void> {
    const { memory } = this.deps;
    for await (const [id, one] of memory.list<DesiredRecord>(KEEPING.desired)) {
      this.records.set(id, one);
    }
  }

  record(device: string): DesiredRecord | undefined {
    return this.records.get(device);
  }

  problem(device: string): string {
    return this.problems.get(device) ?? '';
  }

  content(device: Device): Content {
    const content = this.deps.composer().contentFor(selectable(device));
    const packages = this.packagesOf(device.id);
    if (packages.length === 0) return content;
    const named = packages.map(({ name, version }) => `${name}@${version}`).join();
    return { ...content, digest: `${content.digest} ${named}`, wanted: true };
  }

  /** What rollouts want of it. */
  packagesOf(device: string): readonly WantedPackage[] {
    return this.deps.packages?.(device) ?? [];
  }

  /** These may want something else now. */
  touch(ids: Iterable<string>): void {
    for (const id of ids) this.dirty.add(id);
    this.work();
  }

  /** To be sent again as it was: a broker may have lost it. */
  resend(ids: Iterable<string>): void {
    for (const id of ids) if (this.records.has(id)) this.unsent.add(id);
    this.work();
  }

  /** What could not be written down or sent is tried again. */
  retry(): void {
    if (this.dirty.size > 0 || (this.unsent.size > 0 && this.deps.bus.stats().connected))
      this.work();
  }

  /** Devices that have not said that they saw what is wanted of them. */
  *behind(): Generator<string> {
    for (const [id, { version }] of this.records) if (this.isBehind(id, version)) yield id;
  }

  isBehind(id: string, version = this.records.get(id)?.version): boolean {
    return version !== undefined && (this.deps.devices.get(id)?.reported?.seen ?? 0) < version;
  }

  /** As `isBehind`, also with what is not written down yet. */
  isPending(id: string): boolean {
    return this.dirty.has(id) || this.composing.has(id) || this.isBehind(id);
  }

  known(): Iterable<string> {
    return this.records.keys();
  }

  /** Resolves when all that was touched is composed, written down, and sent as far as possible. */
  async settled(): Promise<void> {
    while (this.working !== undefined) await this.working;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.working;
  }

  private work(): void {
    if (this.working !== undefined || this.stopped) return;
    this.working = this.drain()
      .catch((error: unknown) =>
        this.deps.log.error('desired: failed, to be tried again', { error: String(error) }),
      )
      .finally(() => {
        this.working = undefined;
      });
  }

  private async drain(): Promise<void> {
    // Who touches many in one turn is served by one pass.
    await Promise.resolve();
    while (!this.stopped && this.dirty.size + this.unsent.size > 0) {
      if (this.dirty.size > 0) await this.compose(take(this.dirty, SLICE));
      else if (!(await this.send(take(this.unsent, SLICE)))) return;
      await this.deps.breathe();
    }
  }

  private async compose(ids: readonly string[]): Promise<void> {
    this.composing = new Set(ids);
    const changes = new Map<string, DesiredRecord | undefined>();
    for (const id of ids) {
      const before = this.records.get(id);
      const after = this.judge(id, before);
      if (after !== before) changes.set(id, after);
    }
    const entries = Array.from(changes, ([id, one]): Entry => [KEEPING.desired + id, one]);
    try {
      await this.deps.memory.keep(entries);
    } catch (error) {
      for (const id of ids) this.dirty.add(id);
      this.composing = new Set();
      throw error;
    }
    for (const [id, one] of changes) {
      if (one === undefined) this.records.delete(id);
      else this.records.set(id, one);
      if (one !== undefined) this.unsent.add(id);
    }
    this.composing = new Set();
  }

  /** What should be wanted of the device from now on: the same record when nothing changes. */
  private judge(id: string, before: DesiredRecord | undefined): DesiredRecord | undefined {
    const device = this.deps.devices.get(id);
    // A device that was forgotten.
    if (device === undefined) return undefined;
    this.looked += 1;
    const { digest, wanted } = this.content(device);
    // Nothing was ever wanted here: a collector that lost its memory must not empty the fleet.
    if (before === undefined && !wanted) return undefined;
    const { reported } = device;
    const seen = Math.max(reported?.seen ?? 0, reported?.version ?? 0);
    const { site } = device;
    // Who has seen more than was given here would not look at it: a backup was restored.
    if (before?.digest === digest && seen <= before.version) {
      return before.site === site ? before : { ...before, site };
    }
    const now = Math.round(this.deps.clock.wall());
    return { version: nextVersion(before?.version ?? 0, seen, now), issuedAt: now, digest, site };
  }

  /** False when the bus does not take it now. */
  private async send(ids: readonly string[]): Promise<boolean> {
    const sent = await Promise.all(ids.map((id) => this.publish(id)));
    ids.forEach((id, index) => {
      if (sent[index] === false) this.unsent.add(id);
    });
    return !sent.includes(false);
  }

  private async publish(id: string): Promise<boolean> {
    const record = this.records.get(id);
    const device = this.deps.devices.get(id);
    if (record === undefined || device === undefined) return true;
    const content = this.content(device);
    // Changed again meanwhile: it is composed first.
    if (content.digest !== record.digest || device.site !== record.site) {
      this.dirty.add(id);
      return true;
    }
    const payload = this.encode(id, record, content);
    if (payload === undefined) return true;
    const topic = buildTopic({ site: device.site, device: id, kind: 'desired' });
    try {
      await this.deps.bus.publish(topic, payload, { qos: 1, retain: true });
      return true;
    } catch (error) {
      this.deps.log.debug('desired: not published yet', { device: id, error: String(error) });
      return false;
    }
  }

  private encode(id: string, record: DesiredRecord, content: Content): Uint8Array | undefined {
    const { version, issuedAt } = record;
    const { config, flags } = content;
    const { graceMs } = this.deps;
    try {
      const packages = this.packagesOf(id);
      const payload = encodeDesired({ version, issuedAt, config, flags, packages, graceMs });
      const doubtful = payload.length > DOUBTFUL_BYTES;
      if (doubtful && !decodeDesired(payload).ok)
        throw new RangeError('it is larger than a message');
      this.problems.delete(id);
      return payload;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.problems.set(id, `what its layers come to together cannot be sent: ${why}`);
      this.deps.log.error('desired: cannot be sent', { device: id, error: why });
      return undefined;
    }
  }
}

function take(from: Set<string>, most: number): string[] {
  const taken: string[] = [];
  for (const id of from) {
    if (taken.length >= most) break;
    taken.push(id);
    from.delete(id);
  }
  return taken;
}
