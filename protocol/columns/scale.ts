/**
 * A value as an integer times a known step, when that is exact.
 *
 * Device readings are decimals with few digits (0.01 s of CPU time) or multiples of a page; as
 * integers their differences are small, and small integers are short on the wire. "Exact" is
 * bit for bit: the encoder keeps a scale only when decoding returns the very same double.
 */

import type { Reference } from './codecs.ts';

/** How a scale turns a mantissa m into a value: (m / divide) * multiply, in doubles. */
export interface Scale {
  readonly divide: number;
  readonly multiply: number;
}

/** Index on the wire -> scale. Entries may be added at the end, never changed. */
export const SCALES: readonly Scale[] = [
  ...Array.from({ length: 10 }, (_, digits) => ({ divide: 10 ** digits, multiply: 1 })),
  { divide: 1, multiply: 512 },
  { divide: 1, multiply: 1024 },
  { divide: 1, multiply: 4096 },
];

/**
 * Largest mantissa: the difference of two, zigzagged, still is an exact double (below 2^53).
 * Larger values, 64-bit counters beyond it among them, travel as raw doubles.
 */
export const MAX_MANTISSA = 2 ** 51;

const INTEGER = 0;
const BINARY_SCALES = [12, 11, 10] as const;
const DECIMAL_SCALES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

export function fromMantissa(mantissa: number, scale: number): number {
  const { divide, multiply } = SCALES[scale] as Scale;
  return (mantissa / divide) * multiply;
}

/** The mantissa of `value` in this scale, or `undefined` when none gives back the same bits. */
export function toMantissa(value: number, scale: number): number | undefined {
  const out = new Float64Array(1);
  return toMantissas(Float64Array.of(value), 1, scale, out) ? out[0] : undefined;
}

/** Fills `out` with the mantissas of `values`; `false` when one of them has none in this scale. */
export function toMantissas(
  values: Float64Array,
  count: number,
  scale: number,
  out: Float64Array,
): boolean {
  const { divide, multiply } = SCALES[scale] as Scale;
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    const mantissa = Math.round((value / multiply) * divide);
    // Comparing with === lets -0 pass as 0 and refuses NaN; 1 / -0 tells the zeros apart.
    if ((mantissa / divide) * multiply !== value || Math.abs(mantissa) > MAX_MANTISSA) return false;
    if (value === 0 && 1 / value < 0) return false;
    out[i] = mantissa;
  }
  return true;
}

/**
 * The scale with the smallest mantissas that is exact for all `values`, if there is one; `out`
 * then holds them.
 */
export function commonScale(
  values: Float64Array,
  count: number,
  out: Float64Array,
): number | undefined {
  const exact = (scale: number) => toMantissas(values, count, scale, out);
  if (!exact(INTEGER)) return DECIMAL_SCALES.find(exact) ?? BINARY_SCALES.find(exact);
  const binary = BINARY_SCALES.find(exact);
  if (binary === undefined) exact(INTEGER);
  return binary ?? INTEGER;
}

/**
 * The reference value as a mantissa in `scale`, from which a column's first value is written: 0
 * without a reference, and when its value is no whole mantissa there of at most 2^51.
 */
export function baseIn(scale: number, reference: Reference | undefined): number {
  if (reference === undefined) return 0;
  if (reference.scale === scale) return reference.mantissa;
  const from = SCALES[reference.scale] as Scale;
  const to = SCALES[scale] as Scale;
  const up = from.multiply * to.divide;
  const down = from.divide * to.multiply;
  // One divides the other: steps are powers of ten, or of two, or one of them is 1.
  const base = up >= down ? reference.mantissa * (up / down) : reference.mantissa / (down / up);
  return Number.isInteger(base) && Math.abs(base) <= MAX_MANTISSA ? base + 0 : 0;
}
