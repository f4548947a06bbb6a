/** Rollouts over published releases, put together. */
import { join } from 'node:path';
import type { WantedPackage } from '../../protocol/messages/desired.ts';
import type { CollectorConfig } from '../config.ts';
import type { Device } from '../core/device.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Engine } from '../core/query/engine.ts';
import type { Package } from '../core/rollouts/plan.ts';
import type { ComponentHealth } from '../core/views.ts';
import type { HttpPart } from '../io/http/deps.ts';
import type { FleetSink } from '../ports/fleet.ts';
import type { RolloutDevices } from '../ports/rollouts.ts';
import type { Catalog, Clock, Log } from '../ports.ts';
import type { Feed } from '../work/feed.ts';
import type { OwnNews } from '../work/own-news.ts';
import { downloadMetrics } from '../work/rollouts/metrics.ts';
import { ReleasesDesk } from './releases-desk.ts';
import { Rollouts } from './rollouts.ts';

export interface UpdatesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly config: CollectorConfig;
  readonly catalog: Catalog;
  readonly directory: RolloutDevices;
  readonly isUp: (device: Device) => boolean | undefined;
  /** Whether something is wanted of the device that it has not seen. */
  readonly isBehind: (device: string) => boolean;
  readonly feed: Pick<Feed, 'subscribe' | 'tell'>;
  readonly news: OwnNews;
  readonly engine: Pick<Engine, 'instant'>;
  /** What is wanted of these devices has changed. */
  readonly touch: (devices: readonly string[]) => void;
}

export class Updates {
  readonly http: readonly HttpPart[];
  private readonly deps: UpdatesDeps;
  private readonly rollouts: Rollouts;
  private readonly releases: ReleasesDesk;

  constructor(deps: UpdatesDeps) {
    this.deps = deps;
    const { config, touch, metrics } = deps;
    this.releases = new ReleasesDesk({
      ...deps,
      data: config.data,
      folder: config.releases.folder ?? join(config.data, 'releases'),
      downloads: downloadMetrics(metrics),
      packagesFor: (device) => this.packagesFor(device),
      inUse: () => this.inUse(),
    });
    this.rollouts = new Rollouts({
      ...deps,
      wanting: { want: (device) => touch([device]) },
      releases: this.releases.check,
      retentionMs: config.history.rollouts,
    });
    this.http = [this.rollouts.http, this.releases.http];
  }

  packagesFor(device: string): readonly WantedPackage[] {
    return this.rollouts.packagesFor(device);
  }

  /** Reports of installations on their way to where reports are kept. */
  sink(next: FleetSink): FleetSink {
    return this.rollouts.sink(next);
  }

  /** Before memory is restored: what the journal brings again must find its rollouts. */
  async restore(): Promise<void> {
    await this.releases.restore();
    await this.rollouts.restore();
  }

  /** The bus is open. */
  start(): void {
    this.rollouts.start();
  }

  async stop(): Promise<void> {
    await this.releases.stop();
    await this.rollouts.stop();
  }

  /** The device is not in the directory any more. */
  async forget(device: string): Promise<void> {
    await this.rollouts.forget(device);
    await this.releases.forget(device);
  }

  health(): readonly ComponentHealth[] {
    return [this.rollouts.health(), ...this.releases.health()];
  }

  private *inUse(): Generator<Package> {
    for (const { reported } of this.deps.directory.all())
      for (const { name, version } of reported?.packages ?? []) yield { name, version };
    yield* this.rollouts.inUse();
  }
}
