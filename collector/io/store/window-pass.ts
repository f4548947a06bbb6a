/** One pass over the chunks of a window: see `compactor.ts`. */
import { createHash } from 'node:crypto';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { DAY, WINDOW } from '../../core/store/calendar.ts';
import {
  beginChunk,
  decodeChunk,
  type ParsedChunk,
  parseChunk,
  parseTimes,
  type Samples,
  sealedRecord,
  type TimesPlace,
} from '../../core/store/chunk.ts';
import { placeTimes } from '../../core/store/encode-head.ts';
import { encodeMerged } from '../../core/store/encode-merged.ts';
import {
  type ChunkKey,
  chunkKey,
  chunkPrefix,
  parseChunkKey,
  parseTimesKey,
  prefixRange,
  timesKey,
  timesPrefix,
} from '../../core/store/keys.ts';
import { mergeSamples } from '../../core/store/merge.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import type { Entry, Partition } from './partition.ts';
import type { Slices } from './precedence.ts';

/** Chunks read in one stretch. */
const STRETCH = 1500;
/** Decoded shared instants kept for the next series, and known new ones. */
const MOST_KNOWN = 100_000;

interface Stored extends ChunkKey {
  readonly key: Uint8Array;
  readonly chunk: ParsedChunk;
}

export class WindowPass {
  private readonly window: number;
  private readonly base: number;
  private readonly log: Log;
  private readonly slices: Slices;
  /** Orders from here on are of this pass, or of what came during it. */
  private readonly firstOrder: number;
  /** Where the next stretch begins. */
  private cursor: Uint8Array;
  /** Shared instants that stay in use. */
  private readonly used = new Set<number>();
  private readonly decoded = new Map<number, Float64Array>();
  /** New shared instants by their digest. */
  private readonly placed = new Map<string, TimesPlace>();
  private readonly out = new ByteWriter();
  private readonly batch = new Batch();
  private readonly pause = (): Promise<void> => this.slices.next();

  constructor(partition: Partition, window: number, log: Log, slices: Slices) {
    this.window = window;
    this.base = partition.day * DAY + window * WINDOW;
    this.log = log;
    this.slices = slices;
    this.firstOrder = partition.takeOrder();
    this.cursor = chunkPrefix(window);
  }

  /** One stretch: whether there may be more. */
  async step(partition: Partition): Promise<boolean> {
    const { lt } = prefixRange(chunkPrefix(this.window));
    const entries = await partition.first({ gte: this.cursor, lt }, STRETCH);
    const last = entries.at(-1);
    if (last === undefined) return false;
    const groups = await this.bySeries(partition, entries);
    const whole = entries.length < STRETCH;
    // The last series may go on behind the stretch: it is read again with the next one.
    const held = whole || groups.length === 1 ? undefined : groups.pop();
    await this.loadTimes(partition, groups.flat());
    const { batch } = this;
    batch.clear();
    for (const group of groups) {
      this.merge(partition, group, batch);
      await this.slices.step();
    }
    await partition.commit(batch, this.pause);
    if (whole) return false;
    const next = held?.[0]?.key ?? Buffer.concat([last[0], Uint8Array.of(0)]);
    this.cursor = next;
    return true;
  }

  /** Deletes shared instants that nobody names any more. */
  async dropTimes(partition: Partition): Promise<void> {
    const { batch } = this;
    batch.clear();
    for await (const [key] of partition.scan(prefixRange(timesPrefix(this.window)))) {
      const order = parseTimesKey(key)?.order ?? Number.POSITIVE_INFINITY;
      if (order < this.firstOrder && !this.used.has(order)) batch.del(key);
    }
    await partition.commit(batch, this.pause);
  }

  private async bySeries(partition: Partition, entries: readonly Entry[]): Promise<Stored[][]> {
    const groups: Stored[][] = [];
    let series = 0;
    for (const [key, value] of entries) {
      const parsed = parseChunkKey(key);
      const chunk = parsed && parseChunk(key, value, parsed.order, this.base);
      if (parsed === undefined || chunk === undefined || typeof chunk === 'string') {
        this.log.warn('damaged chunk left as it is', {
          partition: partition.db.location,
          problem: typeof chunk === 'string' ? chunk : 'key',
        });
        continue;
      }
      if (parsed.series !== series) groups.push([]);
      series = parsed.series;
      groups.at(-1)?.push({ ...parsed, key, chunk });
      await this.slices.step();
    }
    return groups;
  }

  private async loadTimes(partition: Partition, chunks: readonly Stored[]): Promise<void> {
    if (this.decoded.size > MOST_KNOWN) this.decoded.clear();
    const orders = new Set<number>();
    for (const { chunk } of chunks) {
      if (typeof chunk.times === 'number' && !this.decoded.has(chunk.times))
        orders.add(chunk.times);
    }
    const sorted = [...orders].sort((a, b) => a - b);
    const keys = sorted.map((order) => timesKey(this.window, order));
    for (const [i, value] of (await partition.db.getMany(keys)).entries()) {
      const times =
        value === undefined ? undefined : parseTimes(keys[i] as Uint8Array, value, this.base);
      if (times instanceof Float64Array) this.decoded.set(sorted[i] as number, times);
    }
  }

  private merge(partition: Partition, group: readonly Stored[], batch: Batch): void {
    const pieces = group.map(({ chunk }) => this.decode(chunk));
    const [first] = group;
    const merged = group.length > 1 && pieces.every((piece) => piece !== undefined);
    if (first === undefined || !merged) {
      // One chunk, or one that is damaged: they stay, and so do their instants.
      for (const { chunk } of group)
        if (typeof chunk.times === 'number') this.used.add(chunk.times);
      return;
    }
    const { times, values } = mergeSamples(pieces as readonly Samples[]);
    const place = this.place(partition, times, batch);
    const { form, body } = encodeMerged(values);
    const key = chunkKey(this.window, first.metric, first.series, partition.takeOrder());
    beginChunk(this.out, times.length, place, form);
    this.out.raw(body);
    for (const { key: old } of group) batch.del(old);
    batch.put(key, sealedRecord(this.out, key));
  }

  private decode(chunk: ParsedChunk): Samples | undefined {
    const times = typeof chunk.times === 'number' ? this.decoded.get(chunk.times) : chunk.times;
    const samples = times === undefined ? 'times' : decodeChunk(chunk, times);
    return typeof samples === 'string' ? undefined : samples;
  }

  /** Series with the same instants share one record of them. */
  private place(partition: Partition, times: Float64Array, batch: Batch): TimesPlace {
    const bytes = new Uint8Array(times.buffer, times.byteOffset, times.byteLength);
    const digest = createHash('sha1').update(bytes).digest('binary');
    const known = this.placed.get(digest);
    if (known !== undefined) return known;
    const order = partition.takeOrder();
    const placed = placeTimes(times, 2, this.window, this.base, order, batch.put);
    const place = placed === 'own' ? order : placed;
    if (this.placed.size > MOST_KNOWN) this.placed.clear();
    this.placed.set(digest, place);
    return place;
  }
}
