/**
 * What a function of PromQL is made of. One file per family beside this one; `index.ts` is the one
 * registry. The engine hands in one step at a time; what needs whole vectors is an engine matter
 * and says so by its `kind`.
 */
import type { Annotations } from '../annotations.ts';
import type { Call, Span } from '../ast.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

/** One sample: a number, or a native histogram. */
export type Sample = number | FloatHistogram;

/** What a range selector yields at one step for one series, without staleness markers; never empty. */
export interface Window {
  /** UTC milliseconds. Samples `first` (included) to `end` (excluded) are in the window. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms: readonly (FloatHistogram | undefined)[] | undefined;
  /** Since when each sample has counted, UTC milliseconds, 0 where it is not known; most series have none. */
  readonly starts?: Float64Array | undefined;
  readonly first: number;
  readonly end: number;
  /**
   * The window is (rangeStart, rangeEnd], UTC milliseconds, after offset and `@`. Under `anchored` and
   * `smoothed` it holds samples from beyond both ends too: those within the look-back before
   * rangeStart and, under `smoothed`, after rangeEnd.
   */
  readonly rangeStart: number;
  readonly rangeEnd: number;
}

export interface FunctionContext {
  readonly notes: Annotations;
  readonly call: Call;
  /** The span of argument `index`, for notes. */
  argSpan(index: number): Span;
  /** The metric name of the series at hand, '' when it has none; notes name it. */
  readonly metricName: string;
  /** Time of the step, UTC milliseconds. */
  readonly time: number;
}

/** `over_time`, `rate` and their kin: one window in, a sample or nothing out. */
export interface WindowFunction {
  readonly kind: 'window';
  /** Which argument is the range. */
  readonly rangeArg: number;
  /** last_over_time and first_over_time keep the metric name. */
  readonly keepsName?: true;
  /** Whether its range may be `anchored`, or `anchored` and `smoothed`; absent: neither. */
  readonly modifiers?: readonly ('anchored' | 'smoothed')[];
  /** `scalars`: the other arguments at this step, in order. */
  apply(window: Window, scalars: readonly number[], context: FunctionContext): Sample | undefined;
}

/** `abs`, `clamp`, `hour`, …: one sample in, one or nothing out. */
export interface SampleFunction {
  readonly kind: 'sample';
  /** Which argument is the vector; 0 for all but histogram_quantile and its like. */
  readonly vectorArg: number;
  /** Whether an absent vector argument means `vector(time())` (date functions). */
  readonly defaultsToTime?: true;
  readonly keepsName?: true;
  apply(sample: Sample, scalars: readonly number[], context: FunctionContext): Sample | undefined;
}

/** Evaluated by the engine (engine/calls/): needs whole vectors, labels, or the evaluation itself. */
export interface EngineFunction {
  readonly kind: 'engine';
}

export type PromqlFunction = WindowFunction | SampleFunction | EngineFunction;
