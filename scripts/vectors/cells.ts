/**
 * Cells and blocks in JSON, for people and other languages: a number where JSON can say it exactly,
 * else `"-0"`, `"inf"`, `"-inf"`, `"nan:<16 hexadecimal digits>"`; `null` for a row that is absent.
 */
import type { Block } from '../../protocol/messages/batch.ts';

export type Cell = number | string | null;

export interface BlockMeaning {
  readonly times: readonly number[];
  readonly firstAlias: number;
  /** One list a column, one cell a row. */
  readonly columns: readonly (readonly Cell[])[];
}

function putCell(values: Float64Array, index: number, cell: Cell): void {
  if (typeof cell === 'string' && cell.startsWith('nan:')) {
    // As bits: a NaN's payload is not safe in a JavaScript number.
    const bits = new BigUint64Array(values.buffer);
    bits[index] = BigInt(`0x${cell.slice(4)}`);
  } else if (cell === '-0') values[index] = -0;
  else if (cell === 'inf') values[index] = Number.POSITIVE_INFINITY;
  else if (cell === '-inf') values[index] = Number.NEGATIVE_INFINITY;
  else values[index] = Number(cell ?? 0);
}

function cellAt(values: Float64Array, index: number): Cell {
  const value = values[index] as number;
  if (Number.isNaN(value)) {
    const at = values.byteOffset + index * 8;
    const bits = new BigUint64Array(values.buffer, at, 1)[0] as bigint;
    return `nan:${bits.toString(16).padStart(16, '0')}`;
  }
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'inf' : '-inf';
}

export function toBlock({ times, firstAlias, columns }: BlockMeaning): Block {
  const rows = times.length;
  const values = new Float64Array(rows * columns.length);
  const presence = new Map<number, Uint8Array>();
  columns.forEach((cells, column) => {
    cells.forEach((cell, row) => {
      putCell(values, column * rows + row, cell);
    });
    if (!cells.includes(null)) return;
    const bitmap = new Uint8Array((rows + 7) >> 3);
    cells.forEach((cell, row) => {
      if (cell !== null) bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
    });
    presence.set(column, bitmap);
  });
  return {
    times: Float64Array.from(times),
    firstAlias,
    columns: columns.length,
    values,
    presence,
  };
}

export function fromBlock({ times, firstAlias, columns, values, presence }: Block): BlockMeaning {
  const rows = times.length;
  return {
    times: [...times],
    firstAlias,
    columns: Array.from({ length: columns }, (_, column) => {
      const bitmap = presence.get(column);
      return Array.from({ length: rows }, (_, row) => {
        const absent = bitmap !== undefined && (((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1) === 0;
        return absent ? null : cellAt(values, column * rows + row);
      });
    }),
  };
}
