/** Quantile of numbers: between two of them, in proportion. */

/** Up to here, a call of the built-in sort costs more than it saves. */
const FEW = 48;

/** Of the first `n` values, which get sorted. NaN counts as lower than all others. */
export function quantileOf(q: number, values: Float64Array, n: number = values.length): number {
  if (n === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const nans = sortNumbers(values, n);
  const rank = q * (n - 1);
  const lower = Math.floor(rank);
  const upper = Math.min(n - 1, lower + 1);
  if (lower < nans) return NaN;
  const weight = rank - lower;
  return (
    (values[lower - nans] as number) * (1 - weight) + (values[upper - nans] as number) * weight
  );
}

/** Ascending, NaN last; how many of those there are. */
function sortNumbers(values: Float64Array, n: number): number {
  const nans = countNaN(values, n);
  if (n > FEW || nans > 0) values.subarray(0, n).sort();
  else insertionSort(values, n);
  return nans;
}

function insertionSort(values: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) {
    const value = values[i] as number;
    let j = i;
    for (; j > 0 && (values[j - 1] as number) > value; j--) values[j] = values[j - 1] as number;
    values[j] = value;
  }
}

export function countNaN(values: Float64Array, n: number): number {
  let count = 0;
  for (let i = 0; i < n; i++) if (Number.isNaN(values[i])) count++;
  return count;
}

export const isQuantile = (q: number): boolean => q >= 0 && q <= 1;
