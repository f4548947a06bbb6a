/** A head as records of its partition: one chunk for each series and window, instants shared. */
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { encodeColumn } from '../../../protocol/columns/encode.ts';
import { DAY, WINDOW } from './calendar.ts';
import { gatherCells } from './cells.ts';
import { beginChunk, FORM, sealedRecord, type TimesPlace } from './chunk.ts';
import type { Head } from './head.ts';
import { CHUNK_KEY_BYTES, chunkKey, timesKey } from './keys.ts';
import { encodeTimes } from './times.ts';

/** Copies both: the bytes of the next record are at the same place. */
export type PutRecord = (key: Uint8Array, value: Uint8Array) => void;

/** Instants that take more bytes than this are written once for all series of the head. */
const INLINE_BYTES = 12;

const scratch = new ByteWriter();
const timesScratch = new ByteWriter();
const keyScratch = new Uint8Array(CHUNK_KEY_BYTES);

export function encodeHead(
  head: Head,
  order: number,
  metricOf: (id: number) => number,
  put: PutRecord,
): void {
  head.normalize();
  const start = head.day * DAY;
  for (let first = 0; first < head.rows; ) {
    const window = Math.floor(((head.times[first] as number) - start) / WINDOW);
    const base = start + window * WINDOW;
    let last = first + 1;
    while (last < head.rows && (head.times[last] as number) < base + WINDOW) last++;
    encodeWindow(head, first, last, { window, base, order }, metricOf, put);
    first = last;
  }
}

interface Place {
  readonly window: number;
  readonly base: number;
  readonly order: number;
}

function encodeWindow(
  head: Head,
  first: number,
  last: number,
  { window, base, order }: Place,
  metricOf: (id: number) => number,
  put: PutRecord,
): void {
  const rows = last - first;
  const place = placeTimes(
    head.times.subarray(first, last),
    head.columns,
    window,
    base,
    order,
    put,
  );
  const cells = new Float64Array(rows);
  for (let column = 0; column < head.columns; column++) {
    const id = head.layout.ids[column] as number;
    const presence = head.presence(column, first, last);
    const key = chunkKey(window, metricOf(id), id, order, keyScratch);
    if (presence === undefined) {
      gatherCells(head.values, column, head.columns, first, last, cells);
      beginChunk(scratch, rows, place, FORM.plain);
      encodeColumn(scratch, cells, rows, undefined, undefined);
    } else {
      const present = head.gather(column, first, last).values;
      if (present.length === 0) continue;
      beginChunk(scratch, rows, place, FORM.plain);
      encodeColumn(scratch, present, present.length, undefined, presence);
    }
    put(key, sealedRecord(scratch, key));
  }
}

/** Inline when short or of use to one series alone, else a record of their own. */
export function placeTimes(
  times: Float64Array,
  sharers: number,
  window: number,
  base: number,
  order: number,
  put: PutRecord,
): TimesPlace {
  timesScratch.reset();
  encodeTimes(timesScratch, times, 0, times.length, base);
  const bytes = timesScratch.take();
  if (bytes.length <= INLINE_BYTES || sharers === 1) return bytes;
  const key = timesKey(window, order);
  timesScratch.reset();
  timesScratch.varint(times.length);
  timesScratch.raw(bytes);
  put(key, sealedRecord(timesScratch, key));
  return 'own';
}
