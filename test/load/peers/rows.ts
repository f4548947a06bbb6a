/** Rows of the simulated fleet, as every peer gets them. */
export interface SeriesName {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
}

/** Rows of one device: column after column, as in a `Block`. */
export interface DeviceBlock {
  readonly device: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
}
