/** Reads a column of `protocol/columns`: the one place of the store that knows its calling form. */
import type { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ColumnTarget, decodeColumn } from '../../../protocol/columns/decode.ts';

let target = new ColumnTarget(new Float64Array(0));

/** Fills `values[offset]` to `values[offset + count - 1]`; `false` when the bytes are no such column. */
export function readColumn(
  input: ByteReader,
  head: number,
  values: Float64Array,
  offset: number,
  count: number,
): boolean {
  const shift = values.byteOffset / 8;
  // Short arrays are cut from one long one: the next column goes there too.
  if (target.values.buffer !== values.buffer)
    target = new ColumnTarget(new Float64Array(values.buffer));
  target.offset = offset + shift;
  target.count = count;
  return decodeColumn(input, head, target, undefined) === undefined && !input.broken;
}
