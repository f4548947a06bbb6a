/**
 * A group of messages in one piece of memory, in words of 8 bytes, as it goes from one thread to
 * another: decoded columns, or bodies as they came, which the other side decodes. Columns with holes
 * are not told in the first form; the recorded trace has none.
 */
import type { Block } from '../../../protocol/columns/block.ts';
import { decodeBody } from '../../../protocol/messages/batch.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';

/** A message that is in the journal; `device` names its dictionary as well. */
export interface Handed {
  readonly seq: number;
  readonly device: number;
  readonly wall: number;
  readonly body: Uint8Array;
  readonly blocks: readonly Block[];
}

export type Take = (seq: number, device: number, blocks: readonly Block[]) => void;

/** Words before the first body, and of each message in front of them. */
const RAW_HEAD = 4;
const NO_HOLES: Block['presence'] = new Map();

export function packColumns(group: readonly Handed[]): Float64Array {
  let words = 1;
  for (const { blocks } of group) {
    words += 3;
    for (const { times, values } of blocks) words += 3 + times.length + values.length;
  }
  const into = new Float64Array(words);
  into[0] = group.length;
  let at = 1;
  for (const { seq, device, blocks } of group) {
    into[at++] = seq;
    into[at++] = device;
    into[at++] = blocks.length;
    for (const { firstAlias, columns, times, values, presence } of blocks) {
      if (presence.size > 0) throw new Error('the trace has no holes');
      into[at++] = firstAlias;
      into[at++] = columns;
      into[at++] = times.length;
      into.set(times, at);
      into.set(values, at + times.length);
      at += times.length + values.length;
    }
  }
  return into;
}

export function unpackColumns(from: Float64Array, take: Take): number {
  const count = from[0] ?? 0;
  let at = 1;
  for (let message = 0; message < count; message++) {
    const seq = from[at++] ?? 0;
    const device = from[at++] ?? 0;
    const blocks: Block[] = [];
    for (let left = from[at++] ?? 0; left > 0; left--) {
      const firstAlias = from[at++] ?? 0;
      const columns = from[at++] ?? 0;
      const rows = from[at++] ?? 0;
      const times = from.subarray(at, at + rows);
      at += rows;
      const values = from.subarray(at, at + rows * columns);
      at += rows * columns;
      blocks.push({ times, firstAlias, columns, values, presence: NO_HOLES });
    }
    take(seq, device, blocks);
  }
  return count;
}

export function rawWords(group: readonly Handed[]): number {
  let bytes = 0;
  for (const { body } of group) bytes += body.length;
  return 1 + RAW_HEAD * group.length + Math.ceil(bytes / 8);
}

export function packRaw(group: readonly Handed[], into: Float64Array): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  into[0] = group.length;
  let at = 1;
  let byte = 8 * (1 + RAW_HEAD * group.length);
  for (const { seq, device, wall, body } of group) {
    into[at++] = seq;
    into[at++] = device;
    into[at++] = wall;
    into[at++] = body.length;
    bytes.set(body, byte);
    byte += body.length;
  }
}

export function unpackRaw(
  from: Float64Array,
  series: readonly SeriesDefinition[],
  take: Take,
): number {
  const count = from[0] ?? 0;
  let at = 1;
  let byte = from.byteOffset + 8 * (1 + RAW_HEAD * count);
  for (let message = 0; message < count; message++) {
    const seq = from[at++] ?? 0;
    const device = from[at++] ?? 0;
    const wall = from[at++] ?? 0;
    const length = from[at++] ?? 0;
    const blocks = decodeBody(new Uint8Array(from.buffer, byte, length), wall, series);
    byte += length;
    if (!blocks.ok) throw new Error(blocks.error.code);
    take(seq, device, blocks.value);
  }
  return count;
}
