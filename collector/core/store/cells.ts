/**
 * Moving doubles about without touching their bits: a signalling NaN (Prometheus' staleness mark
 * is one) may come out of a JavaScript number as another NaN, so NaNs move as pairs of integers.
 */

/** The same memory, as pairs of 32-bit integers. */
export function bitsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** Cells `offset` of rows `first` to `last - 1`, where a row is `stride` cells. */
export function gatherCells(
  from: Float64Array,
  offset: number,
  stride: number,
  first: number,
  last: number,
  to: Float64Array,
): void {
  let at = first * stride + offset;
  for (let row = first; row < last; row++, at += stride) {
    const value = from[at] as number;
    // biome-ignore lint/suspicious/noSelfCompare: the quickest question for NaN, asked for every cell
    if (value === value) to[row - first] = value;
    else copyBits(bitsOf(from), at, bitsOf(to), row - first);
  }
}

export function copyBits(from: Uint32Array, at: number, to: Uint32Array, index: number): void {
  to[index * 2] = from[at * 2] as number;
  to[index * 2 + 1] = from[at * 2 + 1] as number;
}

export function countPresent(bitmap: Uint8Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) count += ((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1;
  return count;
}

export function gatherTimes(times: Float64Array, bitmap: Uint8Array, count: number): Float64Array {
  const gathered = new Float64Array(count);
  let at = 0;
  for (let row = 0; row < times.length; row++) {
    if ((((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1) === 1) gathered[at++] = times[row] as number;
  }
  return gathered;
}

/** Index of the first element that is at least `time`. */
export function lowerBound(
  times: Float64Array,
  time: number,
  length: number = times.length,
): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
