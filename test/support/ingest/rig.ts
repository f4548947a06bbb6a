/**
 * Ingest and its memory on real parts in a folder of their own: segment journal, catalog, store,
 * quarantine. The bus is a list of what was published; `crash` is what SIGKILL leaves.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device } from '../../../collector/core/device.ts';
import { systemClock } from '../../../collector/io/clock.ts';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import { openCatalog } from '../../../collector/io/level-catalog.ts';
import { openQuarantine, type Quarantine } from '../../../collector/io/quarantine.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { Bus, Clock, Log } from '../../../collector/ports.ts';
import { AckDesk } from '../../../collector/work/acks.ts';
import { newCounts } from '../../../collector/work/counts.ts';
import { Dictionaries } from '../../../collector/work/dictionaries.ts';
import { Directory } from '../../../collector/work/directory.ts';
import { Feed } from '../../../collector/work/feed.ts';
import { Reports } from '../../../collector/work/fleet/reports.ts';
import { endSite, forgetDevice } from '../../../collector/work/forget.ts';
import { Ingest } from '../../../collector/work/ingest.ts';
import { JournalHealth } from '../../../collector/work/journal-health.ts';
import { LiveFirst } from '../../../collector/work/live-first.ts';
import { checkpointSeq, Memory } from '../../../collector/work/memory.ts';
import { OutsideSamples } from '../../../collector/work/outside-samples/outside-samples.ts';
import { OwnSamples } from '../../../collector/work/own-samples.ts';
import { type Ack, decodeAck } from '../../../protocol/messages/ack.ts';
import { FakeClock } from '../fake-clock.ts';
import { points } from '../store.ts';
import { folderOfTests } from '../temp-folder.ts';
import { T0 } from './device.ts';
import { flakyCatalog, flakyJournal, flakyStore, type Switches } from './flaky.ts';

export interface RigOptions {
  readonly switches?: Switches;
  readonly clock?: Clock;
  readonly seriesPerOwner?: number;
  readonly heartbeatMs?: number;
}

export interface Published {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly retain: boolean;
}

type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts(path: string, options: RigOptions, log: Log) {
  const switches = options.switches ?? {};
  const catalog = await openCatalog(join(path, 'catalog'), log);
  const store = await openLevelStore({
    path: join(path, 'store'),
    limits: { seriesPerOwner: options.seriesPerOwner ?? 1_000 },
    log,
  });
  const minSeq = Math.max(await checkpointSeq(catalog), store.highestSeq() + 1);
  const journal = await openJournal({ dir: join(path, 'journal'), log, minSeq, segmentBytes: 600 });
  const fleetCatalog = await openCatalog(join(path, 'fleet'), log);
  const quarantine: Quarantine = await openQuarantine({ dir: join(path, 'quarantine'), log });
  return {
    catalog: flakyCatalog(catalog, switches),
    catalogDamaged: false,
    fleetCatalog,
    store: flakyStore(store, switches),
    journal: flakyJournal(journal, switches),
    quarantine,
  };
}

export class Rig implements AsyncDisposable {
  readonly path: string;
  readonly parts: Parts;
  readonly clock: Clock;
  readonly counts = newCounts();
  readonly directory = new Directory();
  readonly feed = new Feed();
  readonly published: Published[] = [];
  readonly logged: string[];
  readonly dictionaries: Dictionaries;
  readonly journalHealth: JournalHealth;
  readonly ownSamples: OwnSamples;
  readonly outsideSamples: OutsideSamples;
  readonly ingest: Ingest;
  readonly memory: Memory;
  readonly reports: Reports;
  private readonly options: RigOptions;
  private readonly background: Promise<void>[] = [];

  static async open(options: RigOptions = {}): Promise<Rig> {
    return Rig.at(await mkdtemp(join(folderOfTests, 'mstr-rig-')), options);
  }

  static async at(path: string, options: RigOptions = {}): Promise<Rig> {
    const logged: string[] = [];
    const note = (message: string) => void logged.push(message);
    const log = { debug: note, info: note, warn: note, error: note };
    const rig = new Rig(path, options, await openParts(path, options, log), log, logged);
    await rig.memory.restore();
    return rig;
  }

  private constructor(path: string, options: RigOptions, parts: Parts, log: Log, lines: string[]) {
    this.path = path;
    this.options = options;
    this.parts = parts;
    this.logged = lines;
    this.clock = options.clock ?? new FakeClock(0, T0);
    const { clock, counts, directory, feed } = this;
    const { journal, store, quarantine } = parts;
    const bus = this.bus();
    const dictionaries = new Dictionaries(store);
    const journalHealth = new JournalHealth(log);
    const changed = ({ id, site }: Device, at: number) =>
      feed.tell({ kind: 'state', device: id, site, at });
    const ownSamples = new OwnSamples({
      ...{ clock, journal, journalHealth, store, directory, dictionaries, changed },
      heartbeatMs: options.heartbeatMs ?? 60_000,
    });
    const outsideSamples = new OutsideSamples({ clock, journal, journalHealth, store });
    const acks = new AckDesk({ bus, clock, log, counts });
    const moved = (device: Device, site: string) =>
      void this.background.push(endSite({ clock, log, bus, ownSamples }, device, site));
    const reports = new Reports({ clock, log, catalog: parts.fleetCatalog });
    const ingest = new Ingest({
      ...{ clock, log, journal, journalHealth, store, directory, dictionaries },
      // Its waits are milliseconds in which nobody moves the test's clock.
      rightOfWay: new LiveFirst(systemClock),
      ...{ acks, quarantine, feed, counts, moved, reports },
    });
    this.dictionaries = dictionaries;
    this.journalHealth = journalHealth;
    this.ownSamples = ownSamples;
    this.outsideSamples = outsideSamples;
    this.ingest = ingest;
    this.reports = reports;
    this.memory = new Memory({
      ...{ ...parts, directory, dictionaries, ingest, log },
      ...{ ownSamples, outsideSamples, reports },
    });
  }

  /** Messages in one turn, and all that follows from them. */
  async send(...messages: readonly SentLike[]): Promise<void> {
    for (const message of messages) void this.ingest.receive({ retained: false, ...message });
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.ingest.settled();
    await Promise.all(this.background.splice(0));
    // Acknowledgements go out in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  device(id = 'pi-1'): Device | undefined {
    return this.directory.get(id);
  }

  forget(id: string): Promise<void> {
    const log = { debug: noop, info: noop, warn: noop, error: noop };
    const { clock, ownSamples } = this;
    const deps = { clock, log, bus: this.bus(), ownSamples };
    return forgetDevice(deps, this.directory.get(id) as Device);
  }

  acks(): Ack[] {
    return this.published
      .filter(({ topic }) => topic.endsWith('/ack'))
      .flatMap(({ payload }) => {
        const ack = decodeAck(payload as Uint8Array);
        return ack.ok ? [ack.value] : [];
      });
  }

  /** Numbers acknowledged so far. */
  acked(): number[] {
    const numbers = new Set<number>();
    for (const { first, last } of this.acks().flatMap(({ ranges }) => ranges))
      for (let n = first; n <= last; n++) numbers.add(n);
    return [...numbers].sort((a, b) => a - b);
  }

  /** [time, value] of every sample of the series that match. */
  async points(name: string, labels: Readonly<Record<string, string>> = {}) {
    const wanted = Object.entries({ __name__: name, ...labels });
    const matchers = wanted.map(([label, value]) => ({ name: label, op: '=' as const, value }));
    const found = await this.parts.store.select(matchers, 0, 8.64e15);
    return found.flatMap((series) => points(series));
  }

  /** What a kill would leave on the disk, opened by the next collector. */
  async crash(options: RigOptions = {}): Promise<Rig> {
    const next = await mkdtemp(join(folderOfTests, 'mstr-rig-'));
    await cp(this.path, next, { recursive: true });
    await this[Symbol.asyncDispose]();
    return Rig.at(next, { ...this.options, switches: {}, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.options.switches !== undefined) this.options.switches.fail = undefined;
    await this.parts.store.close();
    await this.parts.catalog.close();
    await this.parts.fleetCatalog.close();
    await this.parts.journal.close();
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  private bus(): Bus {
    return {
      start: () => Promise.resolve(),
      publish: async (topic, payload, { retain }) => {
        this.published.push({ topic, payload, retain });
      },
      subscribed: () => true,
      stats: () => {
        throw new Error('not asked here');
      },
      close: () => Promise.resolve(),
    };
  }
}

interface SentLike {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained?: boolean;
}

function noop(): void {
  // Said to nobody.
}
