/**
 * What a query engine answers, as HTTP, rules and tests see it. `collector/promql/engine` implements
 * it; `types.ts` beside this file holds the errors.
 */
import type { LabelSet } from '../label-set.ts';
import type { RangeSteps } from './types.ts';

/** A native histogram's sample, in the form of the HTTP API. */
export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  /** Ascending; only populated ones. `rule`: 0 open left, 1 open right, 2 open both, 3 closed both. */
  buckets(): Iterable<{
    readonly rule: 0 | 1 | 2 | 3;
    readonly lower: number;
    readonly upper: number;
    readonly count: number;
  }>;
  /** As Prometheus prints it: `{count:4, sum:2, [-0.001,0.001]:1, …}`. */
  toString(): string;
}

export interface VectorSample {
  readonly labels: LabelSet;
  /** UTC milliseconds. */
  readonly time: number;
  readonly value: number;
  /** Instead of `value`. */
  readonly histogram?: HistogramValue;
}

/** Ascending times, UTC milliseconds. Where `histograms` has an entry, it stands instead of the value. */
export interface MatrixSeries {
  readonly labels: LabelSet;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms?: readonly (HistogramValue | undefined)[];
}

export type Value =
  | { readonly type: 'vector'; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] }
  | { readonly type: 'scalar'; readonly time: number; readonly value: number }
  | { readonly type: 'string'; readonly time: number; readonly value: string };

export interface Evaluated {
  readonly value: Value;
  /** Worded as Prometheus words them, each once, in order of their texts. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly stats: EvaluationStats;
}

export interface EvaluationStats {
  /** Samples loaded from the source, a histogram counted by its size. */
  readonly samples: number;
  /** The most that were held at once. */
  readonly peakSamples: number;
}

export interface EvaluationOptions {
  /** How far back an instant may look for its sample, milliseconds; default 5 minutes. */
  readonly lookbackMs?: number;
  /** Samples held at once; beyond, the query ends with an `execution` error. Default 50 million. */
  readonly maxSamples?: number;
  /** Ends the evaluation early; its reason is thrown when it is a `QueryError`. */
  readonly signal?: AbortSignal;
  /** Awaited every few milliseconds of work, so that a long evaluation does not hold up ingest. */
  readonly breathe?: () => Promise<void>;
}

export interface Engine {
  /** Rejects with `QueryError`. `at` is UTC milliseconds. */
  instant(expression: string, at: number, options?: EvaluationOptions): Promise<Evaluated>;
  range(expression: string, steps: RangeSteps, options?: EvaluationOptions): Promise<Evaluated>;
}
