/**
 * Reads one day's chunks of some series. Ranges are asked for many at once, over several windows:
 * between two answers of LevelDB's others have their turn, and on a busy collector a query that asks
 * for one range after the other waits for them each time.
 */
import { DAY, WINDOW } from '../../core/store/calendar.ts';
import {
  decodeChunk,
  isDense,
  type ParsedChunk,
  parseChunk,
  parseTimes,
  type Samples,
} from '../../core/store/chunk.ts';
import { parseChunkKey, timesKey } from '../../core/store/keys.ts';
import { KnownTimes } from '../../core/store/known-times.ts';
import { clip, type Piece } from '../../core/store/merge.ts';
import type { Doubles } from '../../core/store/slab.ts';
import { keysOf, type SeriesRange } from './chunk-ranges.ts';
import type { Entry, Partition, Snapshot } from './partition.ts';
import type { Pace } from './turns.ts';

/** Series in the ranges that are asked for at once: what is read is kept encoded. */
const SERIES_AT_ONCE = 8192;
/** One record or chunk looked at: a unit of work without samples. */
const NOTHING: readonly Samples[] = [];

export interface Wanted {
  readonly ranges: readonly SeriesRange[];
  readonly ids: ReadonlySet<number>;
  readonly from: number;
  readonly to: number;
  /** Where arrays are taken from. */
  readonly doubles: Doubles;
  /** Told how many samples a piece has, before the next is read. */
  readonly take: (samples: number) => void;
}

interface Reading {
  readonly window: number;
  readonly range: SeriesRange;
}

interface StoredChunk {
  readonly id: number;
  readonly window: number;
  readonly chunk: ParsedChunk;
}

/** By window, then order: instants that several chunks share. */
type SharedTimes = Map<number, Map<number, Float64Array>>;

type Damaged = (partition: string, series: number, problem: string) => void;

export class DayReading {
  private readonly partition: Partition;
  private readonly wanted: Wanted;
  private readonly turns: Pace;
  private readonly damaged: Damaged;
  private readonly shared: SharedTimes = new Map();
  private readonly known: KnownTimes;

  constructor(partition: Partition, wanted: Wanted, turns: Pace, damaged: Damaged) {
    this.partition = partition;
    this.wanted = wanted;
    this.turns = turns;
    this.damaged = damaged;
    this.known = new KnownTimes(wanted.doubles);
  }

  /** Adds to each series' pieces what of it is in the time, in the order of its writing. */
  async into(pieces: Map<number, Piece[]>): Promise<void> {
    const { partition, turns } = this;
    const snapshot = partition.db.snapshot();
    try {
      for (const batch of this.batches()) {
        await turns.next();
        const chunks = await this.chunks(batch, snapshot);
        await this.readTimes(chunks, snapshot);
        for (const chunk of chunks) {
          if (turns.due(NOTHING)) await turns.next();
          const piece = this.decode(chunk);
          if (piece === undefined) continue;
          this.wanted.take(piece.times.length);
          const known = pieces.get(chunk.id);
          if (known === undefined) pieces.set(chunk.id, [piece]);
          else known.push(piece);
        }
      }
    } finally {
      await snapshot.close();
    }
  }

  /** Window after window, so that the chunks of a series come in order. */
  private *batches(): Generator<Reading[]> {
    const { ranges, from, to } = this.wanted;
    const start = this.partition.day * DAY;
    const first = Math.max(0, Math.floor((from - start) / WINDOW));
    const last = Math.min(DAY / WINDOW - 1, Math.floor((to - start) / WINDOW));
    let batch: Reading[] = [];
    let series = 0;
    for (let window = first; window <= last; window++) {
      for (const range of ranges) {
        if (
          batch.length === this.turns.rangesAtOnce ||
          (series > 0 && series + range.series > SERIES_AT_ONCE)
        ) {
          yield batch;
          batch = [];
          series = 0;
        }
        batch.push({ window, range });
        series += range.series;
      }
    }
    if (batch.length > 0) yield batch;
  }

  private async chunks(batch: readonly Reading[], snapshot: Snapshot): Promise<StoredChunk[]> {
    const { partition, turns } = this;
    const read = await Promise.all(
      batch.map(({ window, range }) => partition.read(keysOf(window, range), snapshot)),
    );
    const chunks: StoredChunk[] = [];
    for (const entries of read) {
      for (const entry of entries) {
        const chunk = this.parse(entry);
        if (chunk !== undefined) chunks.push(chunk);
        if (turns.due(NOTHING)) await turns.next();
      }
    }
    return chunks;
  }

  private parse([key, value]: Entry): StoredChunk | undefined {
    const { partition, wanted } = this;
    const parsed = parseChunkKey(key);
    if (parsed === undefined || !wanted.ids.has(parsed.series)) return undefined;
    const { series: id, window, order } = parsed;
    const base = partition.day * DAY + window * WINDOW;
    const chunk = parseChunk(key, value, order, base, this.known);
    if (typeof chunk !== 'string') return { id, window, chunk };
    this.damaged(partition.db.location, id, chunk);
    return undefined;
  }

  /** What of a chunk is in the time; chunks that are wanted whole stay encoded for now. */
  private decode({ id, window, chunk }: StoredChunk): Piece | undefined {
    const { from, to } = this.wanted;
    const { location } = this.partition.db;
    const times =
      typeof chunk.times === 'number' ? this.shared.get(window)?.get(chunk.times) : chunk.times;
    if (times !== undefined && !reaches(times, from, to)) return undefined;
    if (times !== undefined && isInside(chunk, times, from, to)) {
      return { times, chunk, folder: location };
    }
    const samples = times === undefined ? 'times' : decodeChunk(chunk, times, this.wanted.doubles);
    if (typeof samples !== 'string') return clip(samples, from, to);
    this.damaged(location, id, samples);
    return undefined;
  }

  /** The instants that these chunks name and that no chunk before has named. */
  private async readTimes(chunks: readonly StoredChunk[], snapshot: Snapshot): Promise<void> {
    const { partition, shared } = this;
    const missing = new Map<number, Set<number>>();
    for (const { window, chunk } of chunks) {
      if (typeof chunk.times !== 'number' || shared.get(window)?.has(chunk.times)) continue;
      const orders = missing.get(window);
      if (orders === undefined) missing.set(window, new Set([chunk.times]));
      else orders.add(chunk.times);
    }
    const named = [...missing].flatMap(([window, orders]) =>
      [...orders]
        .sort((a, b) => a - b)
        .map((order) => ({ window, order, key: timesKey(window, order) })),
    );
    if (named.length === 0) return;
    const keys = named.map(({ key }) => key);
    const values = await partition.db.getMany(keys, { snapshot });
    for (const [i, { window, order, key }] of named.entries()) {
      const value = values[i];
      if (value === undefined) continue;
      const times = parseTimes(
        key,
        value,
        partition.day * DAY + window * WINDOW,
        this.wanted.doubles,
      );
      if (!(times instanceof Float64Array)) continue;
      const known = shared.get(window);
      if (known === undefined) shared.set(window, new Map([[order, times]]));
      else known.set(order, times);
    }
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
