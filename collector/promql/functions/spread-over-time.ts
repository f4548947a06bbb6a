/** How a window's floats are spread: quantile, standard deviation, variance, median deviation. */
import { isInfinite, lostBy } from '../histogram/kahan.ts';
import { numberText } from '../histogram/number-text.ts';
import type { Window, WindowFunction } from './function.ts';
import { isQuantile, quantileOf } from './quantile.ts';
import { floatsOf } from './samples.ts';

/** Welford's way, with what rounding takes kept. */
export function varianceOf({ values, first, end }: Window): number {
  let [mean, lostMean, squares, lostSquares] = [0, 0, 0, 0];
  for (let i = first; i < end; i++) {
    const value = values[i] as number;
    const delta = value - (mean + lostMean);
    const step = delta / (i - first + 1);
    const nextMean = mean + step;
    lostMean = isInfinite(nextMean) ? 0 : lostMean + lostBy(mean, step, nextMean);
    mean = nextMean;
    const square = delta * (value - (mean + lostMean));
    const nextSquares = squares + square;
    lostSquares = isInfinite(nextSquares) ? 0 : lostSquares + lostBy(squares, square, nextSquares);
    squares = nextSquares;
  }
  return (squares + lostSquares) / (end - first);
}

const copyOf = ({ values, first, end }: Window): Float64Array => values.slice(first, end);

/** NaN as soon as one sample is. */
function medianDeviation(window: Window): number {
  if (copyOf(window).some(Number.isNaN)) return NaN;
  const median = quantileOf(0.5, copyOf(window));
  return quantileOf(
    0.5,
    copyOf(window).map((value) => Math.abs(value - median)),
  );
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
    return quantileOf(q, copyOf(floats));
  },
};

export const SPREAD_OVER_TIME: Readonly<Record<string, WindowFunction>> = {
  stdvar_over_time: ofFloats(varianceOf),
  stddev_over_time: ofFloats((window) => Math.sqrt(varianceOf(window))),
  mad_over_time: ofFloats(medianDeviation),
  quantile_over_time: quantileOverTime,
};
