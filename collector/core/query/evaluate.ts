/** What a selector yields at an instant, over a window, and at the steps of a range. */
import { STALE_BITS } from '../stale.ts';
import type { InstantSeries, RangeSteps, SeriesSlice } from './types.ts';

const STALE_HIGH = Number(STALE_BITS >> 32n);
const STALE_LOW = Number(STALE_BITS & 0xffff_ffffn);

/**
 * Samples with their bits beside them. A NaN may change its payload on the way through a number,
 * so that markers are told by the array's bytes.
 */
class Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
  private readonly bits: Uint32Array;

  constructor({ times, values }: SeriesSlice) {
    this.times = times;
    // A view at an odd offset cannot be seen as words.
    this.values = values.byteOffset % 4 === 0 ? values : values.slice();
    this.bits = new Uint32Array(this.values.buffer, this.values.byteOffset, values.length * 2);
  }

  stale(index: number): boolean {
    return this.bits[index * 2 + 1] === STALE_HIGH && this.bits[index * 2] === STALE_LOW;
  }

  /** Index of the last sample at or before `time`, at or after `from`; -1 when there is none. */
  lastAt(time: number, from = 0): number {
    let low = from;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.times[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The newest sample in (ref - lookback, ref], unless it says that the series has ended. */
export function atInstant(
  series: SeriesSlice,
  ref: number,
  lookbackMs: number,
  time: number,
): InstantSeries | undefined {
  const samples = new Samples(series);
  const index = samples.lastAt(ref);
  if (index < 0 || (samples.times[index] as number) <= ref - lookbackMs) return undefined;
  if (samples.stale(index)) return undefined;
  return { labels: series.labels, time, value: samples.values[index] as number };
}

/** All samples in (ref - range, ref], without staleness markers; `undefined` when none is left. */
export function inWindow(
  series: SeriesSlice,
  ref: number,
  rangeMs: number,
): SeriesSlice | undefined {
  const samples = new Samples(series);
  const first = samples.lastAt(ref - rangeMs) + 1;
  const end = samples.lastAt(ref) + 1;
  const times = new Float64Array(Math.max(0, end - first));
  const values = new Float64Array(times.length);
  let count = 0;
  for (let i = first; i < end; i++) {
    if (samples.stale(i)) continue;
    times[count] = samples.times[i] as number;
    values[count++] = samples.values[i] as number;
  }
  if (count === 0) return undefined;
  return {
    labels: series.labels,
    times: times.subarray(0, count),
    values: values.subarray(0, count),
  };
}

/** The instant value at each step; `refOf` maps a step's time to the time that is looked at. */
export function atSteps(
  series: SeriesSlice,
  { start, end, step }: RangeSteps,
  refOf: (time: number) => number,
  lookbackMs: number,
): SeriesSlice | undefined {
  const samples = new Samples(series);
  const steps = Math.floor((end - start) / step) + 1;
  const times = new Float64Array(steps);
  const values = new Float64Array(steps);
  let count = 0;
  let index = -1;
  for (let i = 0; i < steps; i++) {
    const time = start + i * step;
    const ref = refOf(time);
    index = samples.lastAt(ref, Math.max(0, index));
    if (index < 0 || (samples.times[index] as number) <= ref - lookbackMs) continue;
    if (samples.stale(index)) continue;
    times[count] = time;
    values[count++] = samples.values[index] as number;
  }
  if (count === 0) return undefined;
  return {
    labels: series.labels,
    times: times.subarray(0, count),
    values: values.subarray(0, count),
  };
}
