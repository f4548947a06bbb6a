/**
 * What a head group has written to a partition: varint journal mark (entries up to it are here),
 * then the ids of its block (0 for refused ones) as runs: varint start (from the end of the run before), varint length.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';

export interface GroupRecord {
  readonly seq: number;
  readonly ids: Uint32Array;
}

const MAX_IDS = 65_536;
const out = new ByteWriter();

export function encodeGroup({ seq, ids }: GroupRecord): Uint8Array {
  out.reset();
  out.varint(seq);
  let end = 0;
  for (let i = 0; i < ids.length; ) {
    const start = ids[i] as number;
    let length = 1;
    while (i + length < ids.length && ids[i + length] === start + length) length++;
    out.zigzag(start - end);
    out.varint(length);
    end = start + length;
    i += length;
  }
  return out.take();
}

export function decodeGroup(bytes: Uint8Array): GroupRecord | undefined {
  const input = new ByteReader(bytes);
  const seq = input.varint();
  const ids: number[] = [];
  let end = 0;
  while (input.remaining > 0) {
    const start = end + input.zigzag();
    const length = input.varint();
    if (input.broken || ids.length + length > MAX_IDS || start < 0) return undefined;
    for (let i = 0; i < length; i++) ids.push(start + i);
    end = start + length;
  }
  return input.broken ? undefined : { seq, ids: Uint32Array.from(ids) };
}
