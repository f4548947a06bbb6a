/** A matrix of samples: rows are instants, columns are series with consecutive aliases. */
import type { Reference } from './codecs.ts';

export interface Block {
  /** UTC milliseconds, whole numbers, one a row. */
  readonly times: Float64Array;
  readonly firstAlias: number;
  readonly columns: number;
  /** Column by column: the cell of row r and column c is `values[c * times.length + r]`. */
  readonly values: Float64Array;
  readonly presence: ColumnPresence;
}

/**
 * For columns with holes: bit r, low bit first, tells whether row r is present. A `Map` from
 * column to bitmap is one; decoded blocks find the bitmaps in the payload when asked.
 */
export interface ColumnPresence {
  /** How many columns have holes. */
  readonly size: number;
  /** The column's bitmap, `undefined` when all its rows are present. */
  get(column: number): Uint8Array | undefined;
}

/** What the column form needs to know of a series. */
export interface Referenced {
  readonly reference?: Reference;
}

/** Bytes of a column's bitmap. */
export function bitmapBytes(rows: number): number {
  return (rows + 7) >> 3;
}

export function isPresent(bitmap: Uint8Array | undefined, row: number): boolean {
  return bitmap === undefined || ((bitmap[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** Bits set among the first `rows` of the bitmap that begins at `bytes[start]`. */
export function countPresent(bytes: Uint8Array, start: number, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) {
    count += ((bytes[start + (row >> 3)] as number) >> (row & 7)) & 1;
  }
  return count;
}

/** The presence of a decoded block: positions in the body instead of an object for each bitmap. */
export class BodyPresence implements ColumnPresence {
  size = 0;
  private readonly body: Uint8Array;
  private readonly rows: number;
  /** Position of each column's bitmap behind 1; 0 when the column has no holes. */
  private readonly positions: Uint32Array;

  constructor(body: Uint8Array, rows: number, columns: number) {
    this.body = body;
    this.rows = rows;
    this.positions = new Uint32Array(columns);
  }

  add(column: number, position: number): void {
    this.positions[column] = position + 1;
    this.size++;
  }

  get(column: number): Uint8Array | undefined {
    const position = this.positions[column] ?? 0;
    if (position === 0) return undefined;
    return this.body.subarray(position - 1, position - 1 + bitmapBytes(this.rows));
  }
}
