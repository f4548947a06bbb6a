/** deriv and predict_linear: the line that fits a window's floats best. */
import { KahanSum } from '../histogram/kahan.ts';
import type { FunctionContext, Window, WindowFunction } from './function.ts';
import { floatsOf } from './samples.ts';

interface Line {
  /** Per second. */
  readonly slope: number;
  /** At the time that was asked for. */
  readonly intercept: number;
}

function isConstant({ values, first, end }: Window): boolean {
  const value = values[first] as number;
  for (let i = first + 1; i < end; i++) if (values[i] !== value) return false;
  return true;
}

/** Least squares, with times counted from `origin`: milliseconds since 1970 would eat the digits. */
function leastSquares({ times, values, first, end }: Window, origin: number): Line {
  const [sumX, sumY, sumXY, sumX2] = [
    new KahanSum(),
    new KahanSum(),
    new KahanSum(),
    new KahanSum(),
  ];
  for (let i = first; i < end; i++) {
    const x = ((times[i] as number) - origin) / 1000;
    const y = values[i] as number;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumX2.add(x * x);
  }
  const n = end - first;
  const covariance = sumXY.value - (sumX.value * sumY.value) / n;
  const variance = sumX2.value - (sumX.value * sumX.value) / n;
  const slope = covariance / variance;
  return { slope, intercept: sumY.value / n - (slope * sumX.value) / n };
}

function lineOf(window: Window, origin: number): Line {
  if (!isConstant(window)) return leastSquares(window, origin);
  const value = window.values[window.first] as number;
  return Number.isFinite(value) ? { slope: 0, intercept: value } : { slope: NaN, intercept: NaN };
}

/** Undefined for less than two floats. */
function fitted(window: Window, origin: number | undefined, context: FunctionContext) {
  const floats = floatsOf(window, context);
  if (floats === undefined || floats.end - floats.first < 2) return undefined;
  return lineOf(floats, origin ?? (floats.times[floats.first] as number));
}

export const REGRESSION: Readonly<Record<string, WindowFunction>> = {
  deriv: {
    kind: 'window',
    rangeArg: 0,
    apply: (window, _scalars, context) => fitted(window, undefined, context)?.slope,
  },
  predict_linear: {
    kind: 'window',
    rangeArg: 0,
    apply(window, scalars, context) {
      const line = fitted(window, context.time, context);
      if (line === undefined) return undefined;
      return line.slope * (scalars[0] as number) + line.intercept;
    },
  },
};
