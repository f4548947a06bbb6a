/** The functions over time that pick one sample or its time, or count. */
import type { Sample, Window, WindowFunction } from './function.ts';
import { floatsOf } from './samples.ts';

const sampleAt = ({ values, histograms }: Window, i: number): Sample =>
  histograms?.[i] ?? (values[i] as number);

const secondsAt = ({ times }: Window, i: number): number => (times[i] as number) / 1000;

const ofAll = (apply: (window: Window) => Sample): WindowFunction => ({
  kind: 'window',
  rangeArg: 0,
  apply,
});

const keepingName = (apply: (window: Window) => Sample): WindowFunction => ({
  kind: 'window',
  rangeArg: 0,
  keepsName: true,
  apply,
});

const ofFloats = (of: (window: Window) => number): WindowFunction => ({
  kind: 'window',
  rangeArg: 0,
  apply(window, _scalars, context) {
    const floats = floatsOf(window, context);
    return floats === undefined ? undefined : of(floats);
  },
});

/** Past the NaNs that a window begins with; the last sample at the latest. */
function firstNumber({ values, first, end }: Window): number {
  let i = first;
  while (i < end - 1 && Number.isNaN(values[i])) i++;
  return i;
}

/** NaN only when all are: no comparison with NaN holds. */
function maxOf(window: Window): number {
  const { values, end } = window;
  const start = firstNumber(window);
  let max = values[start] as number;
  for (let i = start + 1; i < end; i++) {
    const value = values[i] as number;
    if (value > max) max = value;
  }
  return max;
}

function minOf(window: Window): number {
  const { values, end } = window;
  const start = firstNumber(window);
  let min = values[start] as number;
  for (let i = start + 1; i < end; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
  }
  return min;
}

/** The last one that is as high (sign 1) or as low (-1) as any. */
function indexOfExtreme({ values, first, end }: Window, sign: 1 | -1): number {
  let at = first;
  for (let i = first + 1; i < end; i++) {
    const best = values[at] as number;
    if (sign * (values[i] as number) >= sign * best || Number.isNaN(best)) at = i;
  }
  return at;
}

export const PICKS_OVER_TIME: Readonly<Record<string, WindowFunction>> = {
  min_over_time: ofFloats(minOf),
  max_over_time: ofFloats(maxOf),
  count_over_time: ofAll(({ first, end }) => end - first),
  present_over_time: ofAll(() => 1),
  first_over_time: keepingName((window) => sampleAt(window, window.first)),
  last_over_time: keepingName((window) => sampleAt(window, window.end - 1)),
  ts_of_first_over_time: ofAll((window) => secondsAt(window, window.first)),
  ts_of_last_over_time: ofAll((window) => secondsAt(window, window.end - 1)),
  ts_of_min_over_time: ofFloats((window) => secondsAt(window, indexOfExtreme(window, -1))),
  ts_of_max_over_time: ofFloats((window) => secondsAt(window, indexOfExtreme(window, 1))),
};
