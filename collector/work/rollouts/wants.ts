/** What rollouts want of each device, all packages together: what `desired` says to it. */
import type { WantedPackage } from '../../../protocol/messages/desired.ts';
import type { Package } from '../../core/rollouts/plan.ts';
import type { Wanting } from '../../ports/rollouts.ts';
import type { Entry, FleetMemory } from '../fleet/memory.ts';
import { KEYS } from './keys.ts';

/** By package: the version, and whose word it is. */
type WantRecord = Readonly<Record<string, { readonly version: string; readonly rollout: string }>>;

export interface Change {
  readonly device: string;
  readonly rollout: string;
  /** All packages of the rollout: those that `packages` lacks are withdrawn. */
  readonly names: readonly string[];
  readonly packages: readonly Package[];
}

export class Wants {
  private readonly records = new Map<string, WantRecord>();

  async restore(memory: FleetMemory): Promise<void> {
    for await (const [device, one] of memory.list<WantRecord>(KEYS.wants))
      this.records.set(device, one);
  }

  /** All of it, once more. */
  tell(wanting: Wanting): void {
    for (const device of this.records.keys()) {
      const owners = this.owners(device);
      if (owners.size === 0) wanting.want(device, [], '');
      for (const rollout of owners) wanting.want(device, this.packagesOf(device, rollout), rollout);
    }
  }

  /** In order of their names. */
  packagesFor(device: string): readonly WantedPackage[] {
    const record = this.records.get(device);
    if (record === undefined) return [];
    return Object.entries(record)
      .map(([name, { version }]) => ({ name, version }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  owner(device: string, name: string): string | undefined {
    return this.records.get(device)?.[name]?.rollout;
  }

  /** Whose wants a device has. */
  private owners(device: string): ReadonlySet<string> {
    return new Set(Object.values(this.records.get(device) ?? {}).map(({ rollout }) => rollout));
  }

  /** What one rollout wants. */
  private packagesOf(device: string, rollout: string): readonly Package[] {
    const own = this.packagesFor(device);
    return own.filter(({ name }) => this.owner(device, name) === rollout);
  }

  /** The records as they will be; nothing is changed before they are durable. */
  plan(changes: readonly Change[]): Map<string, WantRecord> {
    const planned = new Map<string, WantRecord>();
    for (const { device, rollout, names, packages } of changes) {
      const before = planned.get(device) ?? this.records.get(device);
      const kept = Object.entries(before ?? {}).filter(([name]) => !names.includes(name));
      const added = packages.map(({ name, version }) => [name, { version, rollout }] as const);
      const after = Object.fromEntries([...kept, ...added]);
      // An empty one stays: after a crash the device is still to be told that nothing is wanted.
      planned.set(device, after);
    }
    return planned;
  }

  entries(planned: ReadonlyMap<string, WantRecord>): Entry[] {
    return Array.from(planned, ([device, one]): Entry => [KEYS.wants + device, one]);
  }

  async forget(device: string, memory: FleetMemory): Promise<void> {
    if (!this.records.delete(device)) return;
    await memory.keep([[KEYS.wants + device, undefined]]);
  }

  /** Of all devices, each version once. */
  all(): readonly Package[] {
    const found = new Map<string, Package>();
    for (const record of this.records.values())
      for (const [name, { version }] of Object.entries(record))
        found.set(`${name} ${version}`, { name, version });
    return [...found.values()];
  }

  apply(planned: ReadonlyMap<string, WantRecord>): void {
    for (const [device, one] of planned) this.records.set(device, one);
  }
}
