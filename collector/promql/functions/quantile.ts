/** Quantile of numbers: between two of them, in proportion. */

/** NaN counts as lower than all others, as Prometheus sorts it. `values` gets sorted. */
export function quantileOf(q: number, values: Float64Array): number {
  const n = values.length;
  if (n === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  values.sort();
  // Float64Array puts NaN last.
  let nans = 0;
  while (nans < n && Number.isNaN(values[n - 1 - nans])) nans++;
  const at = (i: number): number => (i < nans ? NaN : (values[i - nans] as number));
  const rank = q * (n - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(n - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return at(lower) * (1 - weight) + at(upper) * weight;
}

export const isQuantile = (q: number): boolean => q >= 0 && q <= 1;
