/**
 * The byte form of a batch's body, and the forms of a column.
 *
 * Blocks follow each other to the end. A block is a matrix of rows (instants) by columns
 * (consecutive aliases): varint rows, varint first alias, varint columns; then the rows' times as
 * zigzags in milliseconds (the first relative to the header's wall time, the second relative to
 * the first, then differences of differences); then each column.
 *
 * A column's first byte is `sparse << 7 | codec << 4 | scale`. A sparse column continues with a
 * presence bitmap (one bit a row, low bit first, unused bits 0); n is the number of rows present.
 * In every form but `raw`, mantissas are integers in the column's scale. The first is written as a
 * zigzag difference from the series' reference value in the dictionary when that, in the column's
 * scale, is a whole mantissa of at most 2^51, else from 0.
 */
export const CODEC = {
  /** All n values are the dictionary's reference value. Nothing follows; the scale bits are 0. */
  same: 0,
  /** One zigzag: the first difference. All n values are equal. */
  constant: 1,
  /** n zigzags: the first difference, then each value's difference from the one before. */
  delta: 2,
  /** First difference; zigzag `min`; byte `width` (0 to 24); n-1 differences minus `min`, `width` bits each, low bit first. */
  packed: 3,
  /** First difference; bitmap of n-1 bits (low first) telling which values differ from the one before; a zigzag for each that does. */
  changes: 4,
  /** n doubles, little-endian, bit for bit. The scale bits are 0. */
  raw: 5,
} as const;

export const SPARSE = 0x80;

/** A series' value in the dictionary: `mantissa` in the scale with this index. */
export interface Reference {
  readonly mantissa: number;
  readonly scale: number;
}
