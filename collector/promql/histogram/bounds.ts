/**
 * Where the buckets of a native histogram end. Exponential schemas cut each power of two into
 * 2^schema parts; schema -53 takes its bounds from a list.
 */

export const CUSTOM_SCHEMA = -53;
export const MIN_SCHEMA = -4;
export const MAX_SCHEMA = 8;

const PARTS = 1 << MAX_SCHEMA;
const FRACTION_BITS = 128n;

/** Newton's method, from above. */
function integerRoot(n: bigint): bigint {
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** 2^(i/256) rounded once: `Math.pow` may be off by a bit, and bounds are compared for equality. */
function powersOfTheRoot(): Float64Array {
  const one = 1n << FRACTION_BITS;
  let root = 2n * one;
  for (let i = 0; i < MAX_SCHEMA; i++) root = integerRoot(root * one);
  const powers = new Float64Array(PARTS);
  let power = one;
  for (let i = 0; i < PARTS; i++) {
    powers[i] = Number(power) / 2 ** Number(FRACTION_BITS);
    power = (power * root) >> FRACTION_BITS;
  }
  return powers;
}

const POWERS = powersOfTheRoot();

const LOWEST = -1074;
/** 2^-1074 to 2^1023. */
const POWERS_OF_TWO = Float64Array.from({ length: 1024 - LOWEST }, (_, i) => 2 ** (LOWEST + i));

/** Upper end, by absolute value, of bucket `index` in an exponential schema. */
export function exponentialBound(index: number, schema: number): number {
  if (schema < 0) return powerOfTwo(index * 2 ** -schema, 1);
  const part = index & ((1 << schema) - 1);
  return powerOfTwo(index >> schema, POWERS[part << (MAX_SCHEMA - schema)] as number);
}

/** The bucket that ends at 2^1024 holds up to the largest double; only the one after it is infinite. */
function powerOfTwo(exponent: number, fraction: number): number {
  if (exponent === 1024 && fraction === 1) return Number.MAX_VALUE;
  if (exponent > 1023) return Number.POSITIVE_INFINITY;
  return exponent < LOWEST ? 0 : fraction * (POWERS_OF_TWO[exponent - LOWEST] as number);
}

/** Upper end of bucket `index`, where bucket `bounds.length` has none. */
export function customBound(index: number, bounds: readonly number[]): number {
  if (index < 0) return Number.NEGATIVE_INFINITY;
  return bounds[index] ?? Number.POSITIVE_INFINITY;
}

/** Bucket `index` of schema `from` lies in this one of the coarser schema `to`. */
export const coarserIndex = (index: number, from: number, to: number): number =>
  ((index - 1) >> (from - to)) + 1;
