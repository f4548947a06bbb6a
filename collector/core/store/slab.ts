/**
 * Short arrays of doubles cut from long ones: a query over thousands of series makes tens of
 * thousands of them, and each array with memory of its own is work for the garbage collector.
 */
const SLAB = 32_768;
/** Longer ones get memory of their own. */
const SHORT = 4096;

let slab = new Float64Array(0);
let used = 0;

/** Zeros. */
export function takeDoubles(count: number): Float64Array {
  if (count > SHORT) return new Float64Array(count);
  if (used + count > slab.length) {
    slab = new Float64Array(SLAB);
    used = 0;
  }
  used += count;
  return slab.subarray(used - count, used);
}
