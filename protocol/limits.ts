/**
 * Bounds that hold for every message, on both sides of the wire.
 *
 * Together they keep any call of a decoder under 10 ms and under 16 bytes of memory a byte of
 * input, 8 a declared cell and a constant of 128 KiB (`npm run fuzz` measures it).
 */
export const LIMITS = {
  /** Largest MQTT payload that either side reads or writes, in bytes. */
  payloadBytes: 1_048_576,
  /** Containers inside containers. Our deepest message needs 5. */
  depth: 8,
  /** CBOR items of one message, keys and containers included. */
  items: 32_768,
  /** Cells (rows x columns) that one batch may declare, over all its blocks. */
  cells: 131_072,
  /** Blocks of one batch. */
  blocks: 128,
  /** Rows of one block. */
  rows: 65_535,
  /** Series of one dictionary. */
  series: 4_096,
  /** Labels of one series. */
  labels: 64,
  /** Bytes of a metric name, label name or label value. */
  textBytes: 4_096,
} as const;

/** The range of an ECMAScript Date: 100 million days around 1970, in milliseconds. */
export const TIME_RANGE = { min: -8.64e15, max: 8.64e15 } as const;

/** The version that this code speaks, first field of every message. */
export const PROTOCOL_VERSION = 1;
