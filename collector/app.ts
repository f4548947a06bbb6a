import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { Alerts } from './app/alerts.ts';
import { createBus } from './app/bus.ts';
import { Fleet, fleetSettings, historyLimits } from './app/fleet.ts';
import { readinessOf } from './app/health.ts';
import { addressOf, collectorHttp } from './app/http.ts';
import { queryLimits } from './app/server-facts.ts';
import { closeStorage, openStorage, type Storage } from './app/storage.ts';
import { Updates } from './app/updates.ts';
import type { CollectorConfig } from './config.ts';
import type { Device } from './core/device.ts';
import { createMetrics } from './core/metrics.ts';
import { scalingNews } from './core/scaling-news.ts';
import type { Readiness } from './core/views.ts';
import { breathe, systemClock } from './io/clock.ts';
import { createLoadMeter } from './io/load-meter.ts';
import type { Bus, Clock, Log } from './ports.ts';
import { PromqlEngine } from './promql/engine/engine.ts';
import { AckDesk } from './work/acks.ts';
import { Capacity } from './work/capacity.ts';
import { newCounts } from './work/counts.ts';
import { Dictionaries } from './work/dictionaries.ts';
import { Directory } from './work/directory.ts';
import { Feed } from './work/feed.ts';
import { Reports } from './work/fleet/reports.ts';
import { endSite, forgetDevice } from './work/forget.ts';
import { Ingest } from './work/ingest.ts';
import { instrument } from './work/instrument.ts';
import { JournalHealth } from './work/journal-health.ts';
import { LiveViews } from './work/live-views.ts';
import { Memory } from './work/memory.ts';
import { Mirroring } from './work/mirroring.ts';
import { MetricDescriptions } from './work/outside-samples/descriptions.ts';
import { OutsideSamples } from './work/outside-samples/outside-samples.ts';
import { OwnNews } from './work/own-news.ts';
import { OwnSamples } from './work/own-samples.ts';
import { LimitedQueries } from './work/query/query-desk.ts';
import { StoreSource } from './work/query/store-source.ts';
import { SelfSamples } from './work/self-samples.ts';
import { Upkeep } from './work/upkeep.ts';

export interface CollectorPlaces {
  /** The folder of the built page. */
  readonly webRoot: string;
  /** The folder of the rules that come with the program. */
  readonly rulesRoot: string;
}

export class CollectorApp {
  private config: CollectorConfig;
  private readonly log: Log;
  private readonly clock: Clock = systemClock;
  private readonly storage: Storage;
  private readonly bus: Bus;
  private readonly counts = newCounts();
  private readonly feed = new Feed();
  private readonly metrics = createMetrics();
  private readonly directory = new Directory();
  private readonly journalHealth: JournalHealth;
  private readonly ownSamples: OwnSamples;
  private readonly outsideSamples: OutsideSamples;
  private readonly descriptions = new MetricDescriptions();
  /** Asked by rules as it is; people's queries come by way of `queries`. */
  private readonly engine: PromqlEngine;
  private readonly queries: LimitedQueries;
  private readonly ingest: Ingest;
  private readonly memory: Memory;
  private readonly upkeep: Upkeep;
  private readonly mirroring: Mirroring;
  private readonly selfSamples: SelfSamples;
  private readonly capacity: Capacity;
  private readonly alerts: Alerts;
  private readonly reports: Reports;
  private readonly fleet: Fleet;
  private readonly updates: Updates;
  private readonly http: FastifyInstance;
  private restored = false;

  static async open(
    config: CollectorConfig,
    places: CollectorPlaces,
    log: Log,
  ): Promise<CollectorApp> {
    return new CollectorApp(config, places, log, await openStorage(config, log));
  }

  private constructor(
    config: CollectorConfig,
    places: CollectorPlaces,
    log: Log,
    storage: Storage,
  ) {
    this.config = config;
    this.log = log;
    this.storage = storage;
    const { clock, counts, feed, metrics, directory } = this;
    const { journal, store, rightOfWay } = storage;
    this.journalHealth = new JournalHealth(log);
    const { journalHealth } = this;
    this.bus = createBus(config, log);
    const { bus } = this;
    const dictionaries = new Dictionaries(store);
    const changed = ({ id, site }: Device, at: number) =>
      feed.tell({ kind: 'state', device: id, site, at });
    this.ownSamples = new OwnSamples({
      clock,
      journal,
      journalHealth,
      store,
      directory,
      dictionaries,
      heartbeatMs: config.liveness.heartbeat,
      changed,
    });
    const { ownSamples } = this;
    const { descriptions } = this;
    const metaOf = (metric: string) => descriptions.metaOf(metric);
    this.outsideSamples = new OutsideSamples({ clock, journal, journalHealth, store, metaOf });
    const limits = queryLimits(config);
    const subqueryStepMs = config.rules.interval;
    this.engine = new PromqlEngine(new StoreSource(store), { ...limits, subqueryStepMs });
    this.queries = new LimitedQueries({ engine: this.engine, clock, limits, breathe });
    const { outsideSamples } = this;
    const acks = new AckDesk({ bus, clock, log, counts });
    const { quarantine } = storage;
    const moved = (device: Device, site: string) =>
      this.inBackground(endSite(this.forgetDeps(), device, site));
    const catalog = storage.fleetCatalog;
    this.reports = new Reports({ clock, log, catalog, limits: historyLimits(config) });
    const { reports } = this;
    const isUp = (device: Device) => ownSamples.isUp(device);
    const { engine } = this;
    const news = new OwnNews({ feed, history: reports, epoch: randomBytes(8).toString('hex') });
    this.updates = new Updates({
      ...{ clock, log, metrics, config, catalog, directory, isUp, feed, news, engine },
      isBehind: (device) => this.fleet.desired.isPending(device),
      touch: (devices) => this.fleet.desired.touch(devices),
    });
    const packages = (device: string) => this.updates.packagesFor(device);
    this.fleet = new Fleet({
      ...{ clock, log, bus, feed, directory, isUp, reports, packages },
      ...{ catalog, settings: fleetSettings(config) },
    });
    const sink = this.updates.sink(this.fleet.sink);
    this.ingest = new Ingest({
      ...{ clock, log, journal, journalHealth, store, rightOfWay, directory, dictionaries, acks },
      ...{ quarantine, feed, counts, moved, reports: sink },
    });
    const { ingest } = this;
    this.memory = new Memory({
      ...{ ...storage, directory, dictionaries, ingest, log },
      ...{ ownSamples, outsideSamples, reports: sink },
    });
    const { memory } = this;
    this.upkeep = new Upkeep({ clock, log, journal, store, directory, memory, ownSamples });
    this.capacity = new Capacity({
      ...{ clock, log, metrics, counts, bus, store, meter: createLoadMeter(config.data) },
      seriesLimit: () => config.store.limits.series,
      collectors: () => this.config.capacity.collectors,
      changed: (advice, begins) => news.tell(scalingNews(advice, begins, clock.wall())),
    });
    instrument({ metrics, counts, bus, journal, store, directory, queries: this.queries });
    this.selfSamples = new SelfSamples({
      ...{ clock, log, metrics, samples: outsideSamples, metadata: descriptions },
      instance: hostname(),
    });
    const views = new LiveViews({
      directory,
      feed,
      isUp,
      forget: async (device) => {
        await forgetDevice(this.forgetDeps(), device);
        await reports.forget(device.id);
        this.fleet.forget(device.id);
        await this.updates.forget(device.id);
      },
    });
    const fleet = () => directory.all();
    const mode = () => this.config.mirror.metrics;
    this.mirroring = new Mirroring({
      ...{ clock, log, bus, store, devices: views, fleet, mode, breathe },
    });
    this.alerts = new Alerts({
      ...{ clock, log, metrics, bus, directory, engine: this.engine, samples: outsideSamples },
      ...{ catalog: storage.catalog, alertsCatalog: storage.alertsCatalog },
      linkKey: storage.linkKey,
      isUp,
      rulesRoot: places.rulesRoot,
      config: () => this.config,
    });
    this.http = this.makeHttp(places, views);
  }

  /** Restores what was known, then opens the doors. */
  async start(): Promise<void> {
    await this.fleet.restore();
    await this.updates.restore();
    const { devices, replayed } = await this.memory.restore();
    this.restored = true;
    this.log.info('restored', { devices, replayed });
    await this.alerts.start();
    await this.bus.start((message) => this.ingest.receive(message));
    this.fleet.start();
    this.updates.start();
    const { host, port } = this.config.http.listen;
    await this.http.listen({ host, port });
    this.upkeep.start();
    this.mirroring.start();
    this.selfSamples.start();
    this.capacity.start();
    this.reports.start();
    this.log.info('ready', {
      http: this.httpAddress(),
      mqtt: this.bus.stats().listening.join(' '),
    });
  }

  /** Takes no more, writes what is in memory, closes. */
  async stop(): Promise<void> {
    this.mirroring.stop();
    this.capacity.stop();
    await this.alerts.stop();
    await this.selfSamples.stop();
    await this.upkeep.stop();
    await this.http.close();
    await this.updates.stop();
    await this.fleet.stop();
    await this.bus.close();
    await this.ingest.settled();
    await this.memory.checkpoint().catch((error: unknown) => {
      this.log.error('last checkpoint failed; the journal has everything', {
        error: String(error),
      });
    });
    await this.reports.stop().catch((error: unknown) => {
      this.log.error('reports were not written; the journal has them', { error: String(error) });
    });
    await closeStorage(this.storage);
  }

  /** Takes over what can change in a running collector, and the files that it names. */
  async reload(config: CollectorConfig): Promise<void> {
    this.config = config;
    await this.alerts.reload();
  }

  /** One line for systemd's STATUS. */
  statusLine(): string {
    const { connections } = this.bus.stats();
    return `${this.directory.size} devices known, ${connections} connected`;
  }

  httpAddress(): string {
    return addressOf(this.http, this.config.http.tls !== undefined);
  }

  busAddresses(): readonly string[] {
    return this.bus.stats().listening;
  }

  private makeHttp(places: CollectorPlaces, views: LiveViews): FastifyInstance {
    const { clock, log, metrics, bus, directory, journalHealth, storage, queries } = this;
    const {
      alerts,
      reports,
      fleet,
      updates,
      descriptions: metadata,
      outsideSamples: samples,
    } = this;
    return collectorHttp(
      {
        ...{ clock, log, metrics, bus, directory, journalHealth, storage, queries },
        ...{ alerts, reports, fleet, updates, views, samples, metadata, webRoot: places.webRoot },
        capacity: this.capacity,
        readiness: () => this.readiness(),
      },
      () => this.config,
    );
  }

  private forgetDeps() {
    const { clock, log, bus, ownSamples } = this;
    return { clock, log, bus, ownSamples };
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.log.warn('background work failed', { error: String(error) }),
    );
  }

  private readiness(): Readiness {
    return readinessOf(this.restored, this.bus);
  }
}
