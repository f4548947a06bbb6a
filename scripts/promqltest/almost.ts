/** Equality of results, as Prometheus' own tests see it: a relative error of 1e-6 is none. */
import { STALE_BITS } from '../../collector/core/stale.ts';

const TOLERANCE = 1e-6;
const SMALLEST_NORMAL = 2 ** -1022;

export function almostEqual(a: number, b: number, tolerance = TOLERANCE): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < tolerance * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < tolerance;
}

/** Whether `values[index]` is a staleness marker, which is a NaN like no other. */
export function isStaleAt(values: Float64Array, index: number): boolean {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  return bits[index] === STALE_BITS;
}
