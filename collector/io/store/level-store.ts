/**
 * The time series store: `index/` (series), `parts/<day>/` (raw samples), `rollups/<month>/`.
 * This file puts its parts together; each says at its head what it keeps where.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Block } from '../../../protocol/columns/block.ts';
import type { Cardinality } from '../../core/store/cardinality.ts';
import type { Samples } from '../../core/store/chunk.ts';
import { StoreError } from '../../core/store/errors.ts';
import type { RollupStep } from '../../core/store/model.ts';
import type { SeriesTable } from '../../core/store/series-table.ts';
import { Arena } from '../../core/store/slab.ts';
import type {
  Labels,
  Matcher,
  RollupData,
  SampleStore,
  SeriesData,
  SeriesId,
  SeriesMeta,
  StoreStats,
} from '../../ports.ts';
import { Ends } from './ends.ts';
import { Housekeeping, setNow } from './housekeeping.ts';
import { Memory } from './memory.ts';
import { DEFAULT_LIMITS, DEFAULT_RETENTION, FREE, SILENT, type StoreOptions } from './options.ts';
import { Partitions } from './partitions.ts';
import type { StoreParts } from './parts.ts';
import { portionSize, portionsOf } from './portions.ts';
import { Precedence } from './precedence.ts';
import { Reader } from './reader.ts';
import { recover } from './recover.ts';
import { Rollups } from './rollups.ts';
import { present } from './roster.ts';
import { SeriesIndex } from './series-index.ts';
import { Turns } from './turns.ts';

export type { StoreOptions } from './options.ts';

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
  const memory = new Memory();
  memory.maxCells = limits.headSamples;
  memory.maxWaiting = limits.waitingSamples;
  memory.seen = (ids, day) => index.seen(ids, day);
  const ends = new Ends(index, partitions, memory);
  const reader = new Reader(partitions, memory, index, log);
  const rollups = new Rollups(
    join(options.path, 'rollups'),
    reader,
    partitions,
    memory,
    index,
    log,
  );
  const retention = { ...DEFAULT_RETENTION, ...options.retention };
  const path = options.path;
  const parts = {
    ...{ path, index, partitions, memory, ends, reader, rollups, retention, limits, log },
    precedence: new Precedence(options.rightOfWay ?? FREE),
  };
  if (options.now !== undefined) setNow(parts, options.now);
  await recover(index, partitions, memory, ends, log);
  await ends.lookAtNewest();
  return new LevelStore(parts);
}

/** Labels are put together when asked for: who has seen the series before knows them by its id. */
class FoundSeries implements SeriesData {
  readonly id: SeriesId;
  readonly times: Float64Array;
  readonly values: Float64Array;
  private readonly table: SeriesTable;

  constructor(id: SeriesId, { times, values }: Samples, table: SeriesTable) {
    this.id = id;
    this.times = times;
    this.values = values;
    this.table = table;
  }

  get labels(): Labels {
    return this.table.labels(this.id);
  }
}

class LevelStore implements SampleStore {
  private readonly parts: StoreParts;
  private readonly housekeeping: Housekeeping;
  private closed = false;

  constructor(parts: StoreParts) {
    this.parts = parts;
    this.housekeeping = new Housekeeping(parts);
  }

  resolve(labels: Labels, meta: SeriesMeta, owner: string): SeriesId {
    return this.parts.index.resolve(labels, meta, owner);
  }

  append(seq: number, ids: Uint32Array, blocks: readonly Block[]): void {
    const { memory } = this.parts;
    memory.append(seq, ids, blocks);
    if (memory.muchWaits || memory.crowded) this.housekeeping.flushSoon();
  }

  accepting(): boolean {
    const { memory } = this.parts;
    return memory.cells <= memory.maxCells;
  }

  room(): Promise<void> | undefined {
    return this.housekeeping.room();
  }

  busy(): boolean {
    return this.housekeeping.busy();
  }

  async select(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): Promise<readonly SeriesData[]> {
    this.refuseClosed();
    const { index, reader, precedence } = this.parts;
    const found = await precedence.reading(() =>
      reader.read(index.match(matchers), from, to, new Turns(signal), take),
    );
    return found.map(({ id, samples }) => new FoundSeries(id, samples, index.table));
  }

  async *portions(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): AsyncGenerator<readonly SeriesData[]> {
    this.refuseClosed();
    const { index, reader, precedence } = this.parts;
    const arena = new Arena();
    const turns = new Turns(signal);
    const end = precedence.begin();
    try {
      for (const ids of portionsOf(index.match(matchers), portionSize(matchers, from, to))) {
        const found = await reader.read(ids, from, to, turns, take, arena);
        yield found.map(({ id, samples }) => new FoundSeries(id, samples, index.table));
        this.refuseClosed();
        arena.reset();
      }
    } finally {
      end();
      arena.close();
    }
  }

  async series(matchers: readonly Matcher[], from: number, to: number): Promise<readonly Labels[]> {
    return Array.from(await this.present(matchers, from, to), (id) =>
      this.parts.index.table.labels(id),
    );
  }

  async labelNames(
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    const { index } = this.parts;
    const names = new Set<number>();
    for (const id of await this.present(matchers, from, to)) {
      const pairs = index.table.pairs(id);
      for (let i = 0; i < pairs.length; i += 2) names.add(pairs[i] as number);
    }
    return Array.from(names, (name) => index.strings.text(name)).sort();
  }

  async labelValues(
    name: string,
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    const { index } = this.parts;
    const wanted = index.strings.find(name);
    const values = new Set<number>();
    for (const id of await this.present(matchers, from, to)) {
      const pairs = index.table.pairs(id);
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] === wanted) values.add(pairs[i + 1] as number);
      }
    }
    return Array.from(values, (value) => index.strings.text(value)).sort();
  }

  metadata(): ReadonlyMap<string, SeriesMeta> {
    const { table, strings, life } = this.parts.index;
    const metadata = new Map<string, SeriesMeta>();
    const seen = new Set<number>();
    for (let id = 1; id <= table.size; id++) {
      const metric = table.metric(id);
      if (seen.has(metric) || !life.isListed(id)) continue;
      seen.add(metric);
      metadata.set(strings.text(metric), table.meta(id));
    }
    return metadata;
  }

  cardinality(limit: number): Cardinality {
    return this.parts.index.cardinality(limit);
  }

  async rollups(
    matchers: readonly Matcher[],
    step: RollupStep,
    from: number,
    to: number,
  ): Promise<readonly RollupData[]> {
    this.refuseClosed();
    const { index, rollups, precedence } = this.parts;
    const found = await precedence.reading(() =>
      rollups.read(index.match(matchers), step, from, to),
    );
    return found.map(({ id, columns }) => ({ id, labels: index.table.labels(id), ...columns }));
  }

  async checkpoint(): Promise<number> {
    this.refuseClosed();
    return this.housekeeping.checkpoint();
  }

  async maintain(now: number): Promise<void> {
    this.refuseClosed();
    return this.housekeeping.maintain(now);
  }

  highestSeq(): number {
    const { memory } = this.parts;
    return Math.max(memory.lastSeq, memory.markedSeq);
  }

  stats(): StoreStats {
    const { index, memory, partitions } = this.parts;
    const { tooOld, future, limit, repeated } = memory.refused;
    return {
      series: index.life.listed,
      seriesRefused: index.refused,
      samplesAppended: memory.appended,
      samplesRefused: tooOld + future + limit + repeated,
      refused: { tooOld, future, limit, repeated },
      headSamples: memory.cells,
      partitions: partitions.days.size,
      diskBytes: this.housekeeping.diskBytes(),
      writable: this.housekeeping.writable,
      quarantinedPartitions: partitions.quarantined,
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const { index, partitions, rollups } = this.parts;
    // What the disk refuses now is in the journal still.
    await this.housekeeping.checkpoint().catch(() => undefined);
    await rollups.close();
    await partitions.close();
    await index.close();
  }

  private present(matchers: readonly Matcher[], from: number, to: number): Promise<Uint32Array> {
    this.refuseClosed();
    const { index, partitions, memory } = this.parts;
    return present(index.match(matchers), from, to, partitions, memory);
  }

  private refuseClosed(): void {
    if (this.closed) throw new StoreError('closed', 'store');
  }
}
