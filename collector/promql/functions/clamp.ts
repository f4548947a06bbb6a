/** clamp, clamp_min, clamp_max: floats only. */
import type { Sample, SampleFunction } from './function.ts';

/** An infinite bound that is reached by all counts for NaN too. */
function lesser(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}

function greater(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

function clamped(sample: Sample, min: number, max: number): number | undefined {
  if (typeof sample !== 'number' || max < min) return undefined;
  return greater(min, lesser(max, sample));
}

type Bounds = readonly [number, number];

const clamping = (bounds: (scalars: Bounds) => Bounds): SampleFunction => ({
  kind: 'sample',
  vectorArg: 0,
  apply: (sample, scalars) => clamped(sample, ...bounds(scalars as Bounds)),
});

export const CLAMP: Readonly<Record<string, SampleFunction>> = {
  clamp: clamping((bounds) => bounds),
  clamp_min: clamping(([min]) => [min, Infinity]),
  clamp_max: clamping(([max]) => [-Infinity, max]),
};
