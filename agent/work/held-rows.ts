/**
 * Rows that wait for their record. While the disk refuses them, or neither takes nor refuses them,
 * only so many are kept; what is given up is a gap that is told when it can be.
 */
import { countSamples, type Row, samplesOf } from '../core/rows.ts';

/** Samples kept in memory: of those that were refused, and beside a write that is under way. */
const MAX_HELD_SAMPLES = 20_000;

/** Times are milliseconds since boot, because the time of day may become known only later. */
export interface Dropped {
  readonly first: number;
  readonly last: number;
  readonly samples: number;
}

export class HeldRows {
  private rows: Row[] = [];
  private dropped: Dropped | undefined;
  /** Rows of the write under way that have no record yet: they stand before the others. */
  private writing: number | undefined;
  /** Samples that came since it began. */
  private newer = 0;

  get length(): number {
    return this.rows.length;
  }

  push(row: Row): void {
    this.rows.push(row);
    if (this.writing === undefined) return;
    this.newer += samplesOf(row);
    while (this.newer > MAX_HELD_SAMPLES) {
      const [oldest] = this.rows.splice(this.writing, 1);
      if (oldest === undefined) break;
      this.newer -= samplesOf(oldest);
      this.drop(oldest);
    }
  }

  /** A write of all rows so far begins. Answers how many they are. */
  begin(): number {
    this.writing = this.rows.length;
    this.newer = 0;
    return this.writing;
  }

  first(count: number): readonly Row[] {
    return this.rows.slice(0, count);
  }

  /** The oldest so many have their record. */
  written(count: number): void {
    this.rows = this.rows.slice(count);
    if (this.writing !== undefined) this.writing -= count;
  }

  end(): void {
    this.writing = undefined;
  }

  /** The disk refused them. */
  refused(): void {
    let held = countSamples(this.rows);
    while (held > MAX_HELD_SAMPLES) {
      const row = this.rows.shift();
      if (row === undefined) break;
      held -= samplesOf(row);
      this.drop(row);
    }
  }

  /** What was given up and is not told yet; the teller's now, until it is given back. */
  takeDropped(): Dropped | undefined {
    const { dropped } = this;
    this.dropped = undefined;
    return dropped;
  }

  giveBack(dropped: Dropped | undefined): void {
    if (dropped !== undefined) this.add(dropped);
  }

  private drop(row: Row): void {
    const { mono } = row;
    this.add({ first: mono, last: mono, samples: samplesOf(row) });
  }

  private add({ first, last, samples }: Dropped): void {
    const before = this.dropped ?? { first, last, samples: 0 };
    this.dropped = {
      first: Math.min(before.first, first),
      last: Math.max(before.last, last),
      samples: before.samples + samples,
    };
  }
}
