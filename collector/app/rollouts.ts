/** Rollouts, put together. */
import { randomBytes } from 'node:crypto';
import type { WantedPackage } from '../../protocol/messages/desired.ts';
import type { Device } from '../core/device.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Engine } from '../core/query/engine.ts';
import type { Package } from '../core/rollouts/plan.ts';
import type { ComponentHealth } from '../core/views.ts';
import { breathe } from '../io/clock.ts';
import type { HttpPart } from '../io/http/deps.ts';
import { rollouts } from '../io/http/rollouts.ts';
import type { FleetSink } from '../ports/fleet.ts';
import type { ReleaseCheck, RolloutDevices, Wanting } from '../ports/rollouts.ts';
import type { Cancel, Catalog, Clock, Log } from '../ports.ts';
import type { Feed } from '../work/feed.ts';
import { FleetMemory } from '../work/fleet/memory.ts';
import type { OwnNews } from '../work/own-news.ts';
import { Desk } from '../work/rollouts/desk.ts';
import { RolloutEngine } from '../work/rollouts/engine.ts';
import { GateQueries } from '../work/rollouts/gate-queries.ts';
import { rolloutMetrics } from '../work/rollouts/metrics.ts';
import { changeNews, ProgressNews } from '../work/rollouts/news.ts';

export interface RolloutsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly directory: RolloutDevices;
  readonly isUp: (device: Device) => boolean | undefined;
  readonly isBehind: (device: string) => boolean;
  readonly feed: Pick<Feed, 'subscribe' | 'tell'>;
  readonly engine: Pick<Engine, 'instant'>;
  readonly wanting: Wanting;
  readonly news: Pick<OwnNews, 'tell'>;
  readonly metrics: Metrics;
  readonly releases: ReleaseCheck;
  /** How long rollouts that are over are kept. */
  readonly retentionMs: number;
}

export class Rollouts {
  readonly http: HttpPart;
  private readonly desk: Desk;
  private readonly deps: RolloutsDeps;
  private readonly engine: RolloutEngine;
  private readonly queries: GateQueries;
  private readonly progress: ProgressNews;
  private unsubscribe: Cancel = () => {};

  constructor(deps: RolloutsDeps) {
    this.deps = deps;
    const { clock, log, feed, engine, releases, isUp, isBehind, wanting, retentionMs } = deps;
    this.engine = new RolloutEngine({
      ...{ clock, log, isUp, isBehind, wanting, breathe, releases, retentionMs },
      memory: new FleetMemory(deps.catalog),
      devices: deps.directory,
      newId: () => `r-${randomBytes(4).toString('hex')}`,
      happened: (rollout, line) => deps.news.tell(changeNews(rollout, line)),
    });
    const open = () => this.engine.open.values();
    this.queries = new GateQueries({ clock, engine, rollouts: open });
    this.progress = new ProgressNews(clock, open, (news) => feed.tell(news));
    this.desk = new Desk({ clock, engine: this.engine, releases });
    rolloutMetrics(deps.metrics, this.engine);
    this.http = rollouts(this.desk);
  }

  /** What rollouts want of a device: for `desired`. */
  packagesFor(device: string): readonly WantedPackage[] {
    return this.engine.wants.packagesFor(device);
  }

  /** What is wanted of devices, and what they may go back to. */
  *inUse(): Generator<Package> {
    yield* this.engine.wants.all();
    yield* this.engine.before();
  }

  forget(device: string): Promise<void> {
    return this.engine.forget(device);
  }

  health(): ComponentHealth {
    const { open, over, refusal } = this.engine;
    const detail = `${open.size} going on, ${over.size} ended`;
    // Nobody is told anything new until it is durable.
    if (refusal !== '') return { name: 'rollouts', status: 'unhealthy', detail: refusal };
    return { name: 'rollouts', status: 'healthy', detail };
  }

  /** Before memory is restored: what the journal brings again must find its rollouts. */
  restore(): Promise<void> {
    return this.engine.restore();
  }

  /** The bus is open. */
  start(): void {
    this.unsubscribe = this.deps.feed.subscribe(['state'], ({ device }) =>
      this.engine.heard(device),
    );
    this.engine.start();
    this.queries.start();
    this.progress.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe();
    this.progress.stop();
    await this.queries.stop();
    await this.engine.stop();
  }

  /** Reports of installations on their way to where reports are kept. */
  sink(next: FleetSink): FleetSink {
    const { engine } = this;
    const { result } = next;
    return {
      accepting: () => next.accepting(),
      report: (device, site, run, report, at) => {
        next.report(device, site, run, report, at);
        engine.report(device, report, run);
      },
      event: (...told) => next.event(...told),
      ...(result && { result: (...told: Parameters<typeof result>) => result(...told) }),
      flush: async () => {
        await engine.settled();
        await next.flush();
      },
    };
  }
}
