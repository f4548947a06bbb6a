/** Lets others run while many series are read, and ends the reading when nobody waits for it. */
import type { Samples } from '../../core/store/chunk.ts';
import { breathe } from './lock.ts';

/** Work between two turns: a series, and so many of its samples, count as one. Some 5 ms. */
const STRETCH = 4_000;
const SAMPLES = 64;

/** How a reading makes room for others. */
export interface Pace {
  /** Ranges asked for at once; each is an iterator of LevelDB's meanwhile. */
  readonly rangesAtOnce: number;
  /** Whether it is another's turn, after these were read. */
  due(pieces: readonly Samples[]): boolean;
  /** Resolves when it is this reading's turn again. */
  next(): Promise<void>;
}

export class Turns implements Pace {
  readonly rangesAtOnce = 128;
  private readonly signal: AbortSignal | undefined;
  private work = 0;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
  }

  due(pieces: readonly Samples[]): boolean {
    this.work++;
    for (const { times } of pieces) this.work += times.length / SAMPLES;
    return this.work >= STRETCH;
  }

  /** Throws the signal's reason once it is aborted. */
  async next(): Promise<void> {
    this.work = 0;
    await breathe();
    this.signal?.throwIfAborted();
  }
}
