/** Prometheus's staleness marker: a NaN with this payload ends a series. */
export const STALE_BITS = 0x7ff0_0000_0000_0002n;

/** One row that ends `columns` series at `time`. */
export function staleRow(columns: number): Float64Array {
  const values = new Float64Array(columns);
  new BigUint64Array(values.buffer).fill(STALE_BITS);
  return values;
}
