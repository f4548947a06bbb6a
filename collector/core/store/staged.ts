/**
 * Rows of a head that are not a chunk yet, made durable by a checkpoint so that the journal can be
 * cut: one record for a whole device, where chunks would be one for each series. They are read
 * back into a head at the next start, and deleted with the batch that writes the head's chunks.
 *
 * Value: varint rows; instants (`times.ts`, from the day's start, in the order of their coming);
 * each column as in `protocol/columns`; CRC-32 of key and all before.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import type { Block } from '../../../protocol/columns/block.ts';
import { SPARSE } from '../../../protocol/columns/codecs.ts';
import { encodeColumn } from '../../../protocol/columns/encode.ts';
import { DAY } from './calendar.ts';
import { bitsOf, copyBits, countPresent, gatherCells } from './cells.ts';
import { checkRecord, MAX_CHUNK_ROWS, sealRecord } from './chunk.ts';
import { readColumn } from './column.ts';
import type { Head } from './head.ts';

const out = new ByteWriter();

export function encodeStaged(key: Uint8Array, head: Head, first: number, last: number): Uint8Array {
  const rows = last - first;
  out.reset();
  out.varint(rows);
  let previous = head.day * DAY;
  for (let row = first; row < last; row++) {
    const time = head.times[row] as number;
    out.zigzag(time - previous);
    previous = time;
  }
  const cells = new Float64Array(rows);
  for (let column = 0; column < head.columns; column++) {
    const presence = head.presence(column, first, last);
    if (presence === undefined) {
      gatherCells(head.values, column, head.columns, first, last, cells);
      encodeColumn(out, cells, rows, undefined, undefined);
    } else {
      const { values } = head.gather(column, first, last);
      encodeColumn(out, values, values.length, undefined, presence);
    }
  }
  return sealRecord(out, key);
}

/** As a block of the head's own columns; `undefined` when the record is damaged. */
export function decodeStaged(
  key: Uint8Array,
  record: Uint8Array,
  day: number,
  columns: number,
): Block | undefined {
  const content = checkRecord(key, record);
  if (content === undefined) return undefined;
  const input = new ByteReader(content);
  const rows = input.varint();
  if (rows < 1 || rows > MAX_CHUNK_ROWS) return undefined;
  const times = new Float64Array(rows);
  let time = day * DAY;
  for (let row = 0; row < rows; row++) {
    time += input.zigzag();
    times[row] = time;
  }
  const values = new Float64Array(rows * columns);
  const presence = new Map<number, Uint8Array>();
  for (let column = 0; column < columns; column++) {
    if (!decodeStagedColumn(input, values, rows, column, presence)) return undefined;
  }
  return { times, firstAlias: 0, columns, values, presence };
}

function decodeStagedColumn(
  input: ByteReader,
  values: Float64Array,
  rows: number,
  column: number,
  presence: Map<number, Uint8Array>,
): boolean {
  const head = input.byte();
  if ((head & SPARSE) === 0) {
    return readColumn(input, head, values, column * rows, rows);
  }
  const bitmap = input.bytes.slice(input.pos, input.pos + ((rows + 7) >> 3));
  if (!input.skip((rows + 7) >> 3)) return false;
  presence.set(column, bitmap);
  const packed = new Float64Array(countPresent(bitmap, rows));
  if (!readColumn(input, head & 0x7f, packed, 0, packed.length)) return false;
  const from = bitsOf(packed);
  const to = bitsOf(values);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if ((((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1) === 1)
      copyBits(from, at++, to, column * rows + row);
  }
  return !input.broken;
}
