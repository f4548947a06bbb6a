/** One series over the steps of an evaluation. NaN is a value, so presence stands beside the values. */
import type { LabelSet } from '../../core/label-set.ts';
import type { Sample } from '../functions/function.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

export const ABSENT = 0;
export const NUMBER = 1;
export const HISTOGRAM = 2;

/** Whoever is handed a column owns it: it may change it, pass it on, or give it back to its `Steps`. */
export interface Column {
  labels: LabelSet;
  /** The metric name goes at the end of the evaluation, unless a function puts another in its place. */
  dropName: boolean;
  readonly values: Float64Array;
  /** ABSENT, NUMBER or HISTOGRAM at each step. */
  readonly kinds: Uint8Array;
  /** Present when a step may hold a histogram. */
  histograms: (FloatHistogram | undefined)[] | undefined;
}

export type Sink = (column: Column) => void;

export function put(column: Column, step: number, sample: Sample): void {
  if (typeof sample === 'number') {
    column.values[step] = sample;
    column.kinds[step] = NUMBER;
  } else putHistogram(column, step, sample);
}

export function putHistogram(column: Column, step: number, histogram: FloatHistogram): void {
  column.histograms ??= [];
  column.histograms[step] = histogram;
  column.kinds[step] = HISTOGRAM;
}

/** What is present at the step. */
export function sampleAt(column: Column, step: number): Sample {
  if (column.kinds[step] === HISTOGRAM) return column.histograms?.[step] as FloatHistogram;
  return column.values[step] as number;
}

export function isEmpty({ kinds }: Column): boolean {
  return kinds.indexOf(NUMBER) < 0 && kinds.indexOf(HISTOGRAM) < 0;
}

/** Takes what `from` has at the step, absence too. */
export function copyStep(from: Column, to: Column, step: number): void {
  to.kinds[step] = from.kinds[step] as number;
  to.values[step] = from.values[step] as number;
  if (from.kinds[step] === HISTOGRAM)
    putHistogram(to, step, sampleAt(from, step) as FloatHistogram);
}
