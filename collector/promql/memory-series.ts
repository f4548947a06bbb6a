/** One series of `MemorySource`: collects samples, and lays them out in columns when they are asked for. */
import type { LabelSet } from '../core/label-set.ts';
import { STALE_BITS } from '../core/stale.ts';
import type { FloatHistogram } from './histogram/float-histogram.ts';
import { storedHints } from './memory-hints.ts';
import type { SourceSeries, SourceSpan } from './source.ts';

export type StoredSample = number | FloatHistogram | 'stale';

interface Entry {
  readonly time: number;
  readonly sample: StoredSample;
  readonly start: number | undefined;
}

interface Columns {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly histograms: readonly (FloatHistogram | undefined)[] | undefined;
  readonly starts: Float64Array | undefined;
}

export class MemorySeries {
  readonly labels: LabelSet;
  private readonly entries = new Map<number, Entry>();
  private columns: Columns | undefined;

  constructor(labels: LabelSet) {
    this.labels = labels;
  }

  append(time: number, sample: StoredSample, start: number | undefined): void {
    this.entries.set(time, { time, sample, start });
    this.columns = undefined;
  }

  /** Both ends included. */
  slice({ from, to }: SourceSpan): SourceSeries {
    this.columns ??= layOut([...this.entries.values()].sort((a, b) => a.time - b.time));
    const { times, values, histograms, starts } = this.columns;
    const first = firstAtLeast(times, from);
    const end = firstAtLeast(times, to, true);
    return {
      labels: this.labels,
      times: times.subarray(first, end),
      values: values.subarray(first, end),
      ...(histograms === undefined ? {} : { histograms: histograms.slice(first, end) }),
      ...(starts === undefined ? {} : { starts: starts.subarray(first, end) }),
    };
  }
}

function layOut(entries: readonly Entry[]): Columns {
  const samples = storedHints(entries.map(({ sample }) => sample));
  const isHistogram = (sample: StoredSample) => typeof sample === 'object';
  const starts = entries.map(({ start }) => start ?? 0);
  return {
    times: Float64Array.from(entries, ({ time }) => time),
    values: valuesOf(samples),
    histograms: samples.some(isHistogram)
      ? samples.map((sample) => (typeof sample === 'object' ? sample : undefined))
      : undefined,
    starts: starts.some((start) => start !== 0) ? Float64Array.from(starts) : undefined,
  };
}

/** A staleness marker is written by its bits: as a number it might become any NaN. */
function valuesOf(samples: readonly StoredSample[]): Float64Array {
  const values = new Float64Array(samples.length);
  const bits = new BigUint64Array(values.buffer);
  samples.forEach((sample, index) => {
    if (sample === 'stale') bits[index] = STALE_BITS;
    else values[index] = typeof sample === 'number' ? sample : Number.NaN;
  });
  return values;
}

/** The first place whose time is at least `bound`, or above it when `above`. */
function firstAtLeast(times: Float64Array, bound: number, above = false): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = times[middle] as number;
    if (time < bound || (above && time === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}
