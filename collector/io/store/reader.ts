/** Reads samples: what is in memory, over what the partitions hold. */

import { DAY, dayOf, WINDOW } from '../../core/store/calendar.ts';
import {
  decodeChunk,
  isDense,
  type ParsedChunk,
  parseChunk,
  parseTimes,
  type Samples,
} from '../../core/store/chunk.ts';
import { chunkPrefix, parseChunkKey, prefixRange, timesKey } from '../../core/store/keys.ts';
import { clip, joinPieces, mergeSamples, type Piece } from '../../core/store/merge.ts';
import type { Log } from '../../ports.ts';
import type { Memory } from './memory.ts';
import type { Entry, Partition, Snapshot } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { SeriesIndex } from './series-index.ts';
import { Turns } from './turns.ts';

/** A metric's whole window is read when at least one in so many of its series is wanted. */
const SCAN_SHARE = 8;
/** One record or chunk looked at: a unit of work without samples. */
const NOTHING: readonly Samples[] = [];

export interface Found {
  readonly id: number;
  readonly samples: Samples;
}

interface StoredChunk {
  readonly id: number;
  readonly order: number;
  readonly chunk: ParsedChunk;
}

export class Reader {
  /** Chunks that could not be read. */
  damagedChunks = 0;
  private readonly partitions: Partitions;
  private readonly memory: Memory;
  private readonly index: SeriesIndex;
  private readonly log: Log;

  constructor(partitions: Partitions, memory: Memory, index: SeriesIndex, log: Log) {
    this.partitions = partitions;
    this.memory = memory;
    this.index = index;
    this.log = log;
  }

  /** Samples in [from, to] of these series (ascending ids); series without any are left out. */
  async read(ids: Uint32Array, from: number, to: number, signal?: AbortSignal): Promise<Found[]> {
    const turns = new Turns(signal);
    // Memory first: what is flushed meanwhile is then seen twice, which is harmless, never not at all.
    const fresh: Samples[][] = new Array<Samples[]>(ids.length);
    for (let i = 0; i < ids.length; i++) {
      fresh[i] = this.memory.read(ids[i] as number, from, to);
      if (turns.due(fresh[i] as Samples[])) await turns.next();
    }
    const pieces = new Map<number, Piece[]>();
    // Newest samples are seldom written yet: then there is nothing to look for.
    const written = ids.filter((id) => this.memory.mayBeWritten(id, from));
    const days = written.length === 0 ? [] : this.partitions.between(dayOf(from), dayOf(to));
    for (const day of days) {
      await this.partitions.use(day, (partition) =>
        this.readDay(partition, written, from, to, pieces, turns),
      );
    }
    const found: Found[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const stored = pieces.get(id);
      const recent = fresh[i] as Samples[];
      const samples = stored === undefined ? mergeSamples(recent) : this.merge(id, stored, recent);
      if (samples.times.length > 0) found.push({ id, samples });
      if (stored !== undefined && turns.due([samples])) await turns.next();
    }
    return found;
  }

  private async readDay(
    partition: Partition,
    ids: Uint32Array,
    from: number,
    to: number,
    pieces: Map<number, Piece[]>,
    turns: Turns,
  ): Promise<void> {
    const start = partition.day * DAY;
    const first = Math.max(0, Math.floor((from - start) / WINDOW));
    const last = Math.min(DAY / WINDOW - 1, Math.floor((to - start) / WINDOW));
    const snapshot = partition.db.snapshot();
    try {
      for (let window = first; window <= last; window++) {
        await turns.next();
        const chunks = await this.readWindow(partition, ids, window, snapshot, turns);
        const shared = await this.sharedTimes(partition, window, chunks, snapshot);
        for (const chunk of chunks) {
          if (turns.due(NOTHING)) await turns.next();
          const piece = this.decode(partition, chunk, shared, from, to);
          if (piece === undefined) continue;
          const known = pieces.get(chunk.id);
          if (known === undefined) pieces.set(chunk.id, [piece]);
          else known.push(piece);
        }
      }
    } finally {
      await snapshot.close();
    }
  }

  private async readWindow(
    partition: Partition,
    ids: Uint32Array,
    window: number,
    snapshot: Snapshot,
    turns: Turns,
  ): Promise<StoredChunk[]> {
    const byMetric = new Map<number, number[]>();
    for (const id of ids) {
      const metric = this.index.table.metric(id);
      const members = byMetric.get(metric);
      if (members === undefined) byMetric.set(metric, [id]);
      else members.push(id);
    }
    const chunks: StoredChunk[] = [];
    const take = async (entries: readonly Entry[], wanted: ReadonlySet<number> | undefined) => {
      for (const [key, value] of entries) {
        this.take(partition, key, value, wanted, chunks);
        if (turns.due(NOTHING)) await turns.next();
      }
    };
    for (const [metric, members] of byMetric) {
      if (members.length * SCAN_SHARE >= this.index.seriesOf(metric) && members.length > 1) {
        const wanted = new Set(members);
        const range = prefixRange(chunkPrefix(window, metric));
        await take(await partition.read(range, snapshot), wanted);
      } else {
        const ranges = members.map((id) => prefixRange(chunkPrefix(window, metric, id)));
        for (const entries of await Promise.all(
          ranges.map((range) => partition.read(range, snapshot)),
        )) {
          await take(entries, undefined);
        }
      }
    }
    return chunks;
  }

  private take(
    partition: Partition,
    key: Uint8Array,
    value: Uint8Array,
    wanted: ReadonlySet<number> | undefined,
    chunks: StoredChunk[],
  ): void {
    const parsed = parseChunkKey(key);
    if (parsed === undefined || (wanted !== undefined && !wanted.has(parsed.series))) return;
    const base = partition.day * DAY + parsed.window * WINDOW;
    const chunk = parseChunk(key, value, parsed.order, base);
    if (typeof chunk === 'string') this.damaged(partition.db.location, parsed.series, chunk);
    else chunks.push({ id: parsed.series, order: parsed.order, chunk });
  }

  /** What of a chunk is in the time; chunks that are wanted whole stay encoded for now. */
  private decode(
    { db: { location } }: Partition,
    { id, chunk }: StoredChunk,
    shared: ReadonlyMap<number, Float64Array>,
    from: number,
    to: number,
  ): Piece | undefined {
    const times = typeof chunk.times === 'number' ? shared.get(chunk.times) : chunk.times;
    if (times !== undefined && !reaches(times, from, to)) return undefined;
    if (times !== undefined && isInside(chunk, times, from, to)) {
      return { times, chunk, folder: location };
    }
    const samples = times === undefined ? 'times' : decodeChunk(chunk, times);
    if (typeof samples !== 'string') return clip(samples, from, to);
    this.damaged(location, id, samples);
    return undefined;
  }

  private async sharedTimes(
    partition: Partition,
    window: number,
    chunks: readonly StoredChunk[],
    snapshot: Snapshot,
  ): Promise<Map<number, Float64Array>> {
    const orders = new Set<number>();
    for (const { chunk } of chunks) if (typeof chunk.times === 'number') orders.add(chunk.times);
    const keys = [...orders].sort((a, b) => a - b).map((order) => timesKey(window, order));
    const shared = new Map<number, Float64Array>();
    if (keys.length === 0) return shared;
    const values = await partition.db.getMany(keys, { snapshot });
    const base = partition.day * DAY + window * WINDOW;
    for (const [i, order] of [...orders].sort((a, b) => a - b).entries()) {
      const value = values[i];
      const times =
        value === undefined ? undefined : parseTimes(keys[i] as Uint8Array, value, base);
      if (times instanceof Float64Array) shared.set(order, times);
    }
    return shared;
  }

  private merge(id: number, stored: readonly Piece[], recent: readonly Samples[]): Samples {
    const joined = joinPieces([...stored, ...recent]);
    if (joined !== undefined) return joined;
    const decoded: Samples[] = [];
    for (const piece of stored) {
      const samples = 'values' in piece ? piece : decodeChunk(piece.chunk, piece.times);
      if (typeof samples !== 'string') decoded.push(samples);
      else if (!('values' in piece)) this.damaged(piece.folder, id, samples);
    }
    return mergeSamples([...decoded, ...recent]);
  }

  private damaged(partition: string, series: number, problem: string): void {
    this.damagedChunks++;
    this.log.warn('damaged chunk left out', { partition, series, problem });
  }
}

/** Whether all of it is wanted, and nothing has to be done to it but decoding. */
function isInside(chunk: ParsedChunk, times: Float64Array, from: number, to: number): boolean {
  const last = times[times.length - 1] as number;
  return (
    isDense(chunk) && chunk.rows === times.length && (times[0] as number) >= from && last <= to
  );
}

function reaches(times: Float64Array, from: number, to: number): boolean {
  return (times[0] as number) <= to && (times[times.length - 1] as number) >= from;
}
