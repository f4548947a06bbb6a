/**
 * What one evaluation may use: samples held at once, and how long it computes before others get a
 * turn. Work is counted, not timed: pure code has no clock.
 */
import type { EvaluationOptions, EvaluationStats } from '../../core/query/engine.ts';
import { QueryError } from '../../core/query/types.ts';

const DEFAULT_MAX_SAMPLES = 50_000_000;
/** Points computed between two breaths: a few milliseconds' worth. */
const WORK_PER_BREATH = 250_000;
/** What a series costs by itself, in points. */
export const SERIES_WORK = 100;

export class Budget {
  private held = 0;
  private peak = 0;
  private loaded = 0;
  private work = 0;
  private readonly maxSamples: number;
  private readonly signal: AbortSignal | undefined;
  private readonly breathe: (() => Promise<void>) | undefined;

  constructor(options: EvaluationOptions) {
    this.maxSamples = options.maxSamples ?? DEFAULT_MAX_SAMPLES;
    this.signal = options.signal;
    this.breathe = options.breathe;
  }

  get abort(): AbortSignal | undefined {
    return this.signal;
  }

  get stats(): EvaluationStats {
    return { samples: this.loaded, peakSamples: this.peak };
  }

  /** Samples that came from the source, and are held until `release`. */
  load(samples: number): void {
    this.loaded += samples;
    this.hold(samples);
  }

  /** Throws when more would be held than may be; called before memory is taken. */
  hold(samples: number): void {
    this.held += samples;
    if (this.held > this.maxSamples) {
      throw new QueryError(
        'execution',
        'query processing would load too many samples into memory in query execution',
      );
    }
    if (this.held > this.peak) this.peak = this.held;
  }

  release(samples: number): void {
    this.held -= samples;
  }

  /** Whether it is time for `pause`. */
  spend(work: number): boolean {
    this.work += work;
    return this.work >= WORK_PER_BREATH;
  }

  async pause(): Promise<void> {
    this.work = 0;
    this.check();
    await this.breathe?.();
    this.check();
  }

  check(): void {
    if (this.signal?.aborted !== true) return;
    const reason: unknown = this.signal.reason;
    if (reason instanceof QueryError) throw reason;
    throw new QueryError('canceled', 'query was canceled in expression evaluation');
  }
}
