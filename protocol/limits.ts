/** Bounds that hold for every message, on both sides of the wire. */
export const LIMITS = {
  /** Largest MQTT payload that either side reads or writes, in bytes. */
  payloadBytes: 1_048_576,
  /** Containers inside containers. Our deepest message needs 5. */
  depth: 8,
  /** Cells (rows x columns) that one batch may declare, over all its blocks. */
  cells: 262_144,
  /** Rows of one block. */
  rows: 65_535,
  /** Series of one dictionary. */
  series: 32_768,
  /** Labels of one series. */
  labels: 64,
  /** Bytes of a metric name, label name or label value. */
  textBytes: 4_096,
} as const;

/** The version that this code speaks, first field of every message. */
export const PROTOCOL_VERSION = 1;
