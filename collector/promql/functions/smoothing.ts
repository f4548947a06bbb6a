/** double_exponential_smoothing: Holt's smoothing with a trend. */
import { QueryError } from '../../core/query/types.ts';
import type { Window, WindowFunction } from './function.ts';
import { floatsOf } from './samples.ts';

function checkFactor(name: string, short: string, factor: number): void {
  if (factor > 0 && factor < 1) return;
  if (Number.isNaN(factor)) return;
  const got = Number.isFinite(factor) ? factor.toFixed(6) : factor > 0 ? '+Inf' : '-Inf';
  throw new QueryError(
    'execution',
    `invalid ${name} factor. Expected: 0 < ${short} < 1, got: ${got}`,
  );
}

function smoothed({ values, first, end }: Window, smoothing: number, trending: number): number {
  let before = 0;
  let level = values[first] as number;
  let trend = (values[first + 1] as number) - level;
  for (let i = first + 1; i < end; i++) {
    if (i > first + 1) trend = trending * (level - before) + (1 - trending) * trend;
    before = level;
    level = smoothing * (values[i] as number) + (1 - smoothing) * (level + trend);
  }
  return level;
}

export const SMOOTHING: Readonly<Record<string, WindowFunction>> = {
  double_exponential_smoothing: {
    kind: 'window',
    rangeArg: 0,
    apply(window, scalars, context) {
      const [smoothing, trending] = scalars as readonly [number, number];
      checkFactor('smoothing', 'sf', smoothing);
      checkFactor('trend', 'tf', trending);
      const floats = floatsOf(window, context);
      if (floats === undefined || floats.end - floats.first < 2) return undefined;
      return smoothed(floats, smoothing, trending);
    },
  },
};
