/** Reads samples: what is in memory, over what the partitions hold. */

import { dayOf } from '../../core/store/calendar.ts';
import { decodeChunk, type Samples } from '../../core/store/chunk.ts';
import { joinPieces, mergeSamples, type Piece } from '../../core/store/merge.ts';
import { type Doubles, LASTING } from '../../core/store/slab.ts';
import type { Log } from '../../ports.ts';
import { seriesRanges } from './chunk-ranges.ts';
import { DayReading, type Wanted } from './day-reading.ts';
import type { Memory } from './memory.ts';
import type { Partitions } from './partitions.ts';
import type { SeriesIndex } from './series-index.ts';
import { type Pace, Turns } from './turns.ts';

export interface Found {
  readonly id: number;
  readonly samples: Samples;
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
  async read(
    ids: Uint32Array,
    from: number,
    to: number,
    turns: Pace = new Turns(undefined),
    take: (samples: number) => void = () => undefined,
    doubles: Doubles = LASTING,
  ): Promise<Found[]> {
    // Memory first: what is flushed meanwhile is then seen twice, which is harmless, never not at all.
    const fresh: Samples[][] = new Array<Samples[]>(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const recent = this.memory.read(ids[i] as number, from, to, doubles);
      fresh[i] = recent;
      for (const { times } of recent) take(times.length);
      if (turns.due(recent)) await turns.next();
    }
    // Newest samples are seldom written yet: then there is nothing to look for.
    const written = ids.filter((id) => this.memory.mayBeWritten(id, from));
    const pieces = await this.readWritten({ ids: written, from, to, doubles, take }, turns);
    const found: Found[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const stored = pieces.get(id);
      const recent = fresh[i] as Samples[];
      const samples =
        stored === undefined
          ? mergeSamples(recent, doubles)
          : this.merge(id, stored, recent, doubles);
      if (samples.times.length > 0) found.push({ id, samples });
      if (stored !== undefined && turns.due([samples])) await turns.next();
    }
    return found;
  }

  private async readWritten(
    { ids, ...rest }: Omit<Wanted, 'ranges' | 'ids'> & { readonly ids: Uint32Array },
    turns: Pace,
  ): Promise<Map<number, Piece[]>> {
    const pieces = new Map<number, Piece[]>();
    if (ids.length === 0) return pieces;
    const { table } = this.index;
    const ranges = seriesRanges(ids, {
      metric: (id) => table.metric(id),
      count: (metric) => this.index.seriesOf(metric),
      total: table.size,
    });
    const wanted: Wanted = { ...rest, ranges, ids: new Set(ids) };
    const damaged = this.damaged.bind(this);
    for (const day of this.partitions.between(dayOf(rest.from), dayOf(rest.to))) {
      await this.partitions.use(day, (partition) =>
        new DayReading(partition, wanted, turns, damaged).into(pieces),
      );
    }
    return pieces;
  }

  private merge(
    id: number,
    stored: readonly Piece[],
    recent: readonly Samples[],
    doubles: Doubles,
  ): Samples {
    const joined = joinPieces([...stored, ...recent], doubles);
    if (joined !== undefined) return joined;
    const decoded: Samples[] = [];
    for (const piece of stored) {
      const samples = 'values' in piece ? piece : decodeChunk(piece.chunk, piece.times, doubles);
      if (typeof samples !== 'string') decoded.push(samples);
      else if (!('values' in piece)) this.damaged(piece.folder, id, samples);
    }
    return mergeSamples([...decoded, ...recent], doubles);
  }

  private damaged(partition: string, series: number, problem: string): void {
    this.damagedChunks++;
    this.log.warn('damaged chunk left out', { partition, series, problem });
  }
}
