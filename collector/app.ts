/**
 * Puts the collector together: the only file that constructs. Memory is restored before the bus
 * opens; at the end the bus closes before memory is written.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { VERSION } from '../protocol/version.ts';
import type { CollectorConfig } from './config.ts';
import type { Device } from './core/device.ts';
import { createMetrics } from './core/metrics.ts';
import { SelectorEngine } from './core/query/selector-engine.ts';
import type { ComponentHealth, Readiness } from './core/views.ts';
import { createEmbeddedBroker } from './io/broker/embedded-broker.ts';
import { createExternalBroker } from './io/broker/external-broker.ts';
import { systemClock } from './io/clock.ts';
import { DEFAULT_LIMITS } from './io/http/deps.ts';
import { buildHttp } from './io/http/server.ts';
import { openJournal } from './io/journal/segment-journal.ts';
import { openCatalog } from './io/level-catalog.ts';
import { openQuarantine, type Quarantine } from './io/quarantine.ts';
import { openLevelStore } from './io/store/level-store.ts';
import type { QuarantineView } from './ports/http.ts';
import type { Bus, Catalog, Clock, Journal, Log, SampleStore } from './ports.ts';
import { AckDesk } from './work/acks.ts';
import { newCounts } from './work/counts.ts';
import { Dictionaries } from './work/dictionaries.ts';
import { Directory } from './work/directory.ts';
import { Feed } from './work/feed.ts';
import { endSite, forgetDevice } from './work/forget.ts';
import { Ingest } from './work/ingest.ts';
import { instrument } from './work/instrument.ts';
import { LiveViews } from './work/live-views.ts';
import { checkpointSeq, Memory } from './work/memory.ts';
import { OwnSamples } from './work/own-samples.ts';
import { Upkeep } from './work/upkeep.ts';

interface Storage {
  readonly catalog: Catalog;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly quarantine: Quarantine;
}

export interface CollectorPlaces {
  /** The folder of the built page. */
  readonly webRoot: string;
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
  private readonly dictionaries: Dictionaries;
  private readonly ownSamples: OwnSamples;
  private readonly ingest: Ingest;
  private readonly memory: Memory;
  private readonly upkeep: Upkeep;
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
    const { journal, store } = storage;
    this.bus = createBus(config, log);
    const { bus } = this;
    const dictionaries = new Dictionaries(store);
    this.dictionaries = dictionaries;
    this.ownSamples = new OwnSamples({ clock, journal, store, directory, dictionaries });
    const { ownSamples } = this;
    const acks = new AckDesk({ bus, clock, log, counts });
    const { quarantine } = storage;
    const moved = (device: Device, site: string) =>
      this.inBackground(endSite(this.forgetDeps(), device, site));
    this.ingest = new Ingest({
      clock,
      log,
      journal,
      store,
      directory,
      dictionaries,
      acks,
      quarantine,
      feed,
      counts,
      moved,
    });
    const { ingest } = this;
    this.memory = new Memory({ ...storage, directory, dictionaries, ingest, ownSamples, log });
    const { memory } = this;
    this.upkeep = new Upkeep({ clock, log, journal, store, directory, memory, ownSamples });
    instrument({ metrics, counts, bus, journal, store, directory });
    this.http = this.makeHttp(places);
  }

  /** Restores what was known, then opens the doors. */
  async start(): Promise<void> {
    const { devices, replayed } = await this.memory.restore();
    this.restored = true;
    this.log.info('restored', { devices, replayed });
    await this.bus.start((message) => this.ingest.receive(message));
    const { host, port } = this.config.http.listen;
    await this.http.listen({ host, port });
    this.upkeep.start();
    this.log.info('ready', {
      http: this.httpAddress(),
      mqtt: this.bus.stats().listening.join(' '),
    });
  }

  /** Takes no more, writes what is in memory, closes. */
  async stop(): Promise<void> {
    this.upkeep.stop();
    await this.http.close();
    await this.bus.close();
    await this.memory.checkpoint().catch((error: unknown) => {
      this.log.error('last checkpoint failed; the journal has everything', {
        error: String(error),
      });
    });
    const { catalog, journal, store } = this.storage;
    await store.close();
    await catalog.close();
    await journal.close();
  }

  /** Takes over what can change in a running collector. */
  reload(config: CollectorConfig): void {
    this.config = config;
  }

  /** One line for systemd's STATUS. */
  statusLine(): string {
    const { connections } = this.bus.stats();
    return `${this.directory.size} devices known, ${connections} connected`;
  }

  httpAddress(): string {
    const address = this.http.server.address();
    if (address === null || typeof address === 'string') return '';
    const host = address.address.includes(':') ? `[${address.address}]` : address.address;
    return `${this.config.http.tls === undefined ? 'http' : 'https'}://${host}:${address.port}`;
  }

  busAddresses(): readonly string[] {
    return this.bus.stats().listening;
  }

  private makeHttp(places: CollectorPlaces): FastifyInstance {
    const { clock, log, metrics, feed, directory, ownSamples } = this;
    const { store, quarantine } = this.storage;
    const views = new LiveViews({
      directory,
      feed,
      isUp: (device) => ownSamples.isUp(device),
      forget: (device) => forgetDevice(this.forgetDeps(), device),
    });
    const { host } = this.config.http.listen;
    return buildHttp(
      {
        clock,
        log,
        store,
        engine: new SelectorEngine(store),
        devices: views,
        feed: views,
        quarantine: quarantineView(quarantine),
        metrics,
        readiness: () => this.readiness(),
        components: () => this.components(),
        build: { version: VERSION, revision: '' },
      },
      {
        loopback: isLoopback(host),
        hostNames: this.config.http.allowedHosts,
        webRoot: places.webRoot,
        limits: DEFAULT_LIMITS,
      },
    );
  }

  private forgetDeps() {
    const { clock, log, bus, directory, dictionaries, ownSamples } = this;
    return { clock, log, bus, directory, dictionaries, ownSamples };
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.log.warn('background work failed', { error: String(error) }),
    );
  }

  private readiness(): Readiness {
    const reasons: string[] = [];
    if (!this.restored) reasons.push('the journal is being replayed');
    if (!this.bus.stats().connected) reasons.push('the broker is not connected');
    return { ready: reasons.length === 0, reasons };
  }

  private components(): ComponentHealth[] {
    const { connected, connections } = this.bus.stats();
    const { writable, series, quarantinedPartitions } = this.storage.store.stats();
    const damaged = quarantinedPartitions.length > 0;
    return [
      {
        name: 'broker',
        status: connected ? 'healthy' : 'unhealthy',
        detail: `${connections} clients`,
      },
      {
        name: 'store',
        status: writable ? (damaged ? 'degraded' : 'healthy') : 'unhealthy',
        detail: damaged
          ? `damaged partitions: ${quarantinedPartitions.join(', ')}`
          : `${series} series`,
      },
      { name: 'devices', status: 'healthy', detail: `${this.directory.size} known` },
    ];
  }
}

async function openStorage(config: CollectorConfig, log: Log): Promise<Storage> {
  const { data, store } = config;
  const { raw, '1m': minute, '1h': hour } = store.retention;
  const { seriesPerDevice: seriesPerOwner, series } = store.limits;
  const catalog = await openCatalog(join(data, 'catalog'), log);
  const minSeq = await checkpointSeq(catalog);
  return {
    catalog,
    journal: await openJournal({ dir: join(data, 'journal'), log, minSeq }),
    store: await openLevelStore({
      path: join(data, 'store'),
      retention: { raw, minute, hour },
      limits: { seriesPerOwner, series },
      log,
    }),
    quarantine: await openQuarantine({ dir: join(data, 'quarantine'), log }),
  };
}

function createBus({ bus }: CollectorConfig, log: Log): Bus {
  if (bus.kind === 'embedded') {
    const { host, port } = bus.listen;
    const tls = bus.tls && {
      key: readFileSync(bus.tls.keyFile),
      cert: readFileSync(bus.tls.certFile),
    };
    const listen = { host, port, ...(tls === undefined ? {} : { tls }) };
    return createEmbeddedBroker({ listen, limits: bus.limits, log });
  }
  const { url, username, password, caFile } = bus;
  return createExternalBroker({
    url,
    log,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(caFile === undefined ? {} : { tls: { ca: readFileSync(caFile) } }),
  });
}

/** The quarantine as the API shows it. */
function quarantineView(quarantine: Quarantine): QuarantineView {
  return {
    list: async (limit) => {
      const entries = (await quarantine.list()).slice(0, limit);
      return entries.map(({ error, payloadBytes, ...entry }) => ({
        ...entry,
        reason: error,
        bytes: payloadBytes,
      }));
    },
    get: async (id) => {
      const message = await quarantine.read(id);
      if (message === undefined) return undefined;
      const { topic, receivedAt, error, payload } = message;
      return { id, topic, receivedAt, reason: error, bytes: payload.length, payload };
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
