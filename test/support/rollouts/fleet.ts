/**
 * Simulated devices through the real engine: each takes what is wanted of it, needs a while, and ends
 * as the build and its own luck let it. They outlive the collector, which may be killed.
 */
import type { Device } from '../../../collector/core/device.ts';
import { newDevice } from '../../../collector/core/device.ts';
import type { Package, Plan } from '../../../collector/core/rollouts/plan.ts';
import type { Rollout } from '../../../collector/core/rollouts/rollout.ts';
import type { Catalog } from '../../../collector/ports.ts';
import { FleetMemory } from '../../../collector/work/fleet/memory.ts';
import { RolloutEngine } from '../../../collector/work/rollouts/engine.ts';
import type { Health } from '../../../protocol/messages/health.ts';
import type { Reported } from '../../../protocol/messages/reported.ts';
import { FakeClock } from '../fake-clock.ts';
import { silentLog } from '../silent-log.ts';
import { randomFrom } from './random.ts';

export interface FleetOptions {
  readonly devices: number;
  readonly seed?: number;
  /** Percent of the devices on which the new version does not work. */
  readonly bad?: number;
  /** Percent of all devices that go bad within an update's time, whatever they run. */
  readonly background?: number;
  /** Percent of installations that fail by themselves, though the device stays well. */
  readonly install?: number;
  /** Percent of the devices that are offline. */
  readonly offline?: number;
  /** Bad devices say nothing any more. */
  readonly silent?: boolean;
  readonly takesMs?: number;
  /** How long the collector keeps rollouts that are over. */
  readonly retentionMs?: number;
}

const VERSION = '2.0.0';

export class SimulatedFleet {
  readonly clock: FakeClock;
  readonly directory = new Map<string, Device>();
  /** What each device was told, each change once. */
  readonly told = new Map<string, string[]>();
  private readonly online = new Set<string>();
  private readonly options: FleetOptions;
  private readonly random: () => number;
  private readonly bad = new Set<string>();
  private due: { readonly at: number; readonly act: () => void }[] = [];
  private engine: RolloutEngine | undefined;
  wants = 0;
  private sick = 0;
  /** Told of a failure, and nothing else since. */
  private readonly failed = new Set<string>();

  constructor(options: FleetOptions) {
    this.options = options;
    this.random = randomFrom(options.seed ?? 1);
    this.clock = new FakeClock();
    const { devices, bad = 0, offline = 0 } = options;
    for (let i = 0; i < devices; i++) {
      const id = `d-${i}`;
      const device = newDevice(id, i % 2 === 0 ? 'berlin' : 'paris', 0, true);
      device.reported = reportedWith([{ name: 'app', version: '1.0.0' }]);
      this.directory.set(id, device);
      if (this.random() * 100 >= offline) this.online.add(id);
      if (this.random() * 100 < bad) this.bad.add(id);
    }
  }

  /** A collector over what an earlier one left. */
  async collector(catalog: Catalog): Promise<RolloutEngine> {
    let ids = 0;
    const engine = new RolloutEngine({
      ...{ clock: this.clock, log: silentLog, memory: new FleetMemory(catalog) },
      devices: { get: (id) => this.directory.get(id), all: () => this.directory.values() },
      isUp: ({ id }) => this.online.has(id),
      wanting: {
        want: (device, packages) => this.engine === engine && this.want(device, packages),
      },
      breathe: () => Promise.resolve(),
      newId: () => `r-${this.clock.wall()}-${++ids}`,
      happened: () => undefined,
      ...(this.options.retentionMs !== undefined && { retentionMs: this.options.retentionMs }),
    });
    this.engine = engine;
    await engine.restore();
    engine.start();
    // The journal brings again what a crash may have taken.
    for (const id of this.failed) engine.report(id, { ...FAILED, startedAt: this.clock.wall() });
    return engine;
  }

  /** Devices that have had the new version in their hands. */
  get reached(): number {
    return [...this.told.values()].filter((versions) => versions.includes(VERSION)).length;
  }

  running(version: string): number {
    let count = 0;
    for (const { reported } of this.directory.values()) {
      if (reported?.packages[0]?.version === version) count += 1;
    }
    return count;
  }

  comes(id: string): void {
    this.online.add(id);
    this.engine?.heard(id);
  }

  /** Time passes until the rollout has come to rest, or for so long. */
  async pass(ms: number, stepMs = 5_000, until: () => boolean = () => false): Promise<void> {
    const end = this.clock.wall() + ms;
    while (this.clock.wall() < end && !until()) {
      const ms = Math.min(stepMs, end - this.clock.wall());
      this.sicken(ms);
      await this.clock.advance(ms);
      const now = this.clock.wall();
      const due = this.due.filter(({ at }) => at <= now);
      if (due.length === 0) continue;
      this.due = this.due.filter(({ at }) => at > now);
      for (const { act } of due) act();
    }
  }

  async start(engine: RolloutEngine, plan: Plan): Promise<Rollout> {
    return engine.create(plan, 'ada', '');
  }

  private want(id: string, packages: readonly Package[]): void {
    this.wants += 1;
    const version = packages[0]?.version ?? '';
    const told = this.told.get(id) ?? [];
    if (told.at(-1) === version) return;
    this.told.set(id, [...told, version]);
    this.failed.delete(id);
    this.due.push({ at: this.clock.wall() + this.takes(), act: () => this.end(id, version) });
  }

  private takes(): number {
    const { takesMs = 120_000 } = this.options;
    return takesMs * (0.5 + this.random());
  }

  private end(id: string, version: string): void {
    const device = this.directory.get(id);
    // Told something else meanwhile.
    if (device === undefined || !this.online.has(id) || this.told.get(id)?.at(-1) !== version)
      return;
    if (version !== VERSION) {
      device.reported = reportedWith(
        version === '' ? [] : [{ name: 'app', version }],
        this.clock.wall(),
      );
      this.engine?.heard(id);
      return;
    }
    const { install = 0, silent = false } = this.options;
    const broken = this.bad.has(id);
    if (broken && silent) return;
    if (broken || this.random() * 100 < install) {
      this.engine?.report(id, { ...FAILED, startedAt: this.clock.wall() });
      this.failed.add(id);
      return;
    }
    device.reported = reportedWith([{ name: 'app', version }], this.clock.wall());
    this.engine?.heard(id);
  }

  /** Devices go bad by themselves, whatever they run, and are well again after ten minutes. */
  private sicken(ms: number): void {
    const { background = 0, takesMs = 120_000 } = this.options;
    this.sick += (this.directory.size * background * ms) / 100 / takesMs;
    for (; this.sick >= 1; this.sick -= 1) {
      const device = this.directory.get(`d-${Math.floor(this.random() * this.directory.size)}`);
      if (device === undefined) continue;
      device.health = UNHEALTHY;
      this.due.push({
        at: this.clock.wall() + 600_000,
        act: () => {
          device.health = undefined;
        },
      });
    }
  }
}

const UNHEALTHY: Health = { wall: 0, overall: 'unhealthy', reason: 'disk', since: 0, checks: [] };

const FAILED = { subject: 'install', name: 'app', state: 'failed', text: 'probe failed' } as const;

function reportedWith(packages: readonly Package[], wall = 0): Reported {
  return {
    ...{ wall, version: 0, seen: 0, outcome: 'none', problems: [], config: '0'.repeat(16) },
    ...{ restartNeeded: [], flags: new Map() },
    packages: packages.map((one) => ({ ...one, slot: '' })),
    declared: { checks: [], tasks: [], commands: [] },
  };
}
