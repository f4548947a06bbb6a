/** Layers, flags, desired states, commands and tasks, put together. */
import { randomBytes } from 'node:crypto';
import type { WantedPackage } from '../../protocol/messages/desired.ts';
import type { CollectorConfig } from '../config.ts';
import type { Device } from '../core/device.ts';
import { Composer } from '../core/fleet/composer.ts';
import type { Layer } from '../core/fleet/layers.ts';
import { breathe } from '../io/clock.ts';
import type { FleetHistory, FleetSink } from '../ports/fleet.ts';
import type { FleetDevices } from '../ports/fleet-commands.ts';
import type { Bus, Cancel, Catalog, Clock, Log } from '../ports.ts';
import type { Feed } from '../work/feed.ts';
import { Campaigns } from '../work/fleet/campaigns.ts';
import { Commands } from '../work/fleet/commands.ts';
import { DesiredStates } from '../work/fleet/desired.ts';
import { DesiredWatch } from '../work/fleet/desired-watch.ts';
import { FleetDesk } from '../work/fleet/desk.ts';
import { Flags } from '../work/fleet/flags.ts';
import { Layers } from '../work/fleet/layers.ts';
import { FleetMemory } from '../work/fleet/memory.ts';
import { Plans } from '../work/fleet/plans.ts';
import { Sending } from '../work/fleet/sending.ts';

export interface FleetDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly feed: Pick<Feed, 'subscribe'>;
  readonly catalog: Catalog;
  readonly directory: FleetDevices;
  readonly isUp: (device: Device) => boolean | undefined;
  /** What devices told of their runs, and where ingest puts it. */
  readonly reports: FleetHistory & FleetSink;
  readonly settings?: Partial<FleetSettings>;
  /** What rollouts want of a device. */
  readonly packages?: (device: string) => readonly WantedPackage[];
}

export interface FleetSettings {
  /** Commands published in a second, at most. */
  readonly perSecond: number;
  /** How long commands that are over are kept. */
  readonly retentionMs: number;
  /** How long a device watches its own health before it keeps a configuration. */
  readonly graceMs: number;
}

const DEFAULT_FLEET: FleetSettings = {
  perSecond: 200,
  retentionMs: 30 * 86_400_000,
  graceMs: 300_000,
};

export function fleetSettings({ commands, desired, history }: CollectorConfig): FleetSettings {
  const { perSecond } = commands;
  return { perSecond, retentionMs: history.commands, graceMs: desired.grace };
}

export function historyLimits({ history }: CollectorConfig) {
  const { age: retentionMs, runsPerDevice, eventsPerDevice } = history;
  return {
    reports: { retentionMs, perDevice: runsPerDevice },
    events: { retentionMs, perDevice: eventsPerDevice },
  };
}

export class Fleet {
  readonly desk: FleetDesk;
  /** For ingest: results of commands come here, everything else goes on to reports. */
  readonly sink: FleetSink;
  readonly desired: DesiredStates;
  private readonly deps: FleetDeps;
  private readonly memory: FleetMemory;
  private readonly layers: Layers;
  private readonly flags: Flags;
  private readonly watch: DesiredWatch;
  private readonly plans: Plans;
  private readonly sending: Sending;
  private readonly commands: Commands;
  private composed: Composer | undefined;
  private unsubscribe: Cancel = () => {};
  /** Answers on their way to the disk. */
  private readonly writing = new Set<Promise<void>>();

  constructor(deps: FleetDeps) {
    this.deps = deps;
    const { clock, log, bus, directory: devices, isUp, reports } = deps;
    const { perSecond, retentionMs, graceMs } = { ...DEFAULT_FLEET, ...deps.settings };
    this.memory = new FleetMemory(deps.catalog);
    const common = { clock, log, bus, devices, memory: this.memory, breathe };
    this.layers = new Layers({ ...common, changed: (a, b) => this.layerChanged(a, b) });
    this.flags = new Flags({ ...common, changed: () => this.flagsChanged() });
    const { packages = () => [] } = deps;
    const composer = () => this.composer();
    this.desired = new DesiredStates({ ...common, graceMs, composer, packages });
    this.watch = new DesiredWatch({ ...common, desired: this.desired });
    this.plans = new Plans({ ...common, flags: this.flags });
    const campaigns = new Campaigns(this.memory, breathe);
    this.sending = new Sending({ ...common, campaigns, isUp, perSecond });
    const newId = () => randomBytes(4).toString('hex');
    const { sending } = this;
    this.commands = new Commands({ ...common, campaigns, sending, newId, retentionMs });
    const { layers, flags, desired, commands } = this;
    this.desk = new FleetDesk({ ...common, layers, flags, desired, commands, history: reports });
    this.sink = this.makeSink(reports);
  }

  /** Before memory is restored: what the journal brings again must find its commands. */
  async restore(): Promise<void> {
    await this.layers.restore();
    await this.flags.restore();
    await this.desired.restore();
    await this.commands.restore();
  }

  /** The bus is open. */
  start(): void {
    const { feed, directory } = this.deps;
    this.unsubscribe = feed.subscribe(['state'], ({ device: id }) => {
      const device = directory.get(id);
      if (device === undefined) return;
      this.watch.heard(device);
      this.commands.heard(device);
    });
    this.watch.start();
    this.plans.start();
    this.sending.start();
    this.commands.start();
  }

  /** Before the bus closes. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await this.plans.stop();
    await this.watch.stop();
    await this.sending.stop();
    await this.commands.stop();
    await this.desired.stop();
    await this.sink.flush();
    await this.memory.settled();
  }

  /** A device was forgotten: nothing is wanted of it any more. */
  forget(device: string): void {
    this.desired.touch([device]);
  }

  /** Resolves when every change so far is written down, and sent as far as possible. */
  async settled(): Promise<void> {
    await this.watch.settled();
    await this.desired.settled();
  }

  private makeSink(reports: FleetSink): FleetSink {
    return {
      accepting: () => reports.accepting(),
      report: (...told) => reports.report(...told),
      event: (...told) => reports.event(...told),
      result: (device, _site, command, result) => {
        const work = this.commands.result(device, command, result);
        this.writing.add(work);
        void work.finally(() => this.writing.delete(work));
      },
      flush: async () => {
        await Promise.all([...this.writing]);
        await reports.flush();
      },
    };
  }

  private composer(): Composer {
    this.composed ??= new Composer(this.layers.all(), this.flags.all());
    return this.composed;
  }

  private layerChanged(before: Layer | undefined, after: Layer | undefined): void {
    this.composed = undefined;
    this.watch.layerChanged(before, after);
  }

  private flagsChanged(): void {
    this.composed = undefined;
    this.watch.flagsChanged();
  }
}
