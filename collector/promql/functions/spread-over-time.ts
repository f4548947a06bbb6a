/** How a window's floats are spread: quantile, standard deviation, variance, median deviation. */
import { numberText } from '../histogram/number-text.ts';
import type { Window, WindowFunction } from './function.ts';
import { countNaN, isQuantile, quantileOf } from './quantile.ts';
import { floatsOf } from './samples.ts';

/** Welford's way, with what rounding takes kept; written out, as all that sees every sample. */
function varianceOf({ values, first, end }: Window): number {
  let mean = 0;
  let lostMean = 0;
  let squares = 0;
  let lost = 0;
  for (let i = first; i < end; i++) {
    const value = values[i] as number;
    const delta = value - (mean + lostMean);
    const step = delta / (i - first + 1);
    const nextMean = mean + step;
    if (nextMean === Infinity || nextMean === -Infinity) lostMean = 0;
    else if (Math.abs(mean) >= Math.abs(step)) lostMean += mean - nextMean + step;
    else lostMean += step - nextMean + mean;
    mean = nextMean;
    const square = delta * (value - (mean + lostMean));
    const next = squares + square;
    if (next === Infinity || next === -Infinity) lost = 0;
    else if (Math.abs(squares) >= Math.abs(square)) lost += squares - next + square;
    else lost += square - next + squares;
    squares = next;
  }
  return (squares + lost) / (end - first);
}

/** One for all windows: no window is looked at before another is done with. */
let scratch = new Float64Array(256);

/** The window's values at the start of `scratch`, to be sorted there; how many. */
function intoScratch({ values, first, end }: Window): number {
  const n = end - first;
  if (n > scratch.length) scratch = new Float64Array(n * 2);
  for (let i = 0; i < n; i++) scratch[i] = values[first + i] as number;
  return n;
}

/** NaN as soon as one sample is. */
function medianDeviation(window: Window): number {
  const n = intoScratch(window);
  if (countNaN(scratch, n) > 0) return NaN;
  const median = quantileOf(0.5, scratch, n);
  for (let i = 0; i < n; i++) scratch[i] = Math.abs((scratch[i] as number) - median);
  return quantileOf(0.5, scratch, n);
}

const ofFloats = (of: (window: Window) => number): WindowFunction => ({
  kind: 'window',
  rangeArg: 0,
  apply(window, _scalars, context) {
    const floats = floatsOf(window, context);
    return floats === undefined ? undefined : of(floats);
  },
});

const quantileOverTime: WindowFunction = {
  kind: 'window',
  rangeArg: 1,
  apply(window, scalars, context) {
    const floats = floatsOf(window, context);
    if (floats === undefined) return undefined;
    const q = scalars[0] as number;
    if (!isQuantile(q)) {
      const text = `quantile value should be between 0 and 1, got ${numberText(q)}`;
      context.notes.warn(text, context.argSpan(0));
    }
    const n = intoScratch(floats);
    return quantileOf(q, scratch, n);
  },
};

export const SPREAD_OVER_TIME: Readonly<Record<string, WindowFunction>> = {
  stdvar_over_time: ofFloats(varianceOf),
  stddev_over_time: ofFloats((window) => Math.sqrt(varianceOf(window))),
  mad_over_time: ofFloats(medianDeviation),
  quantile_over_time: quantileOverTime,
};
