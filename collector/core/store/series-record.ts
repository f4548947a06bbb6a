/**
 * Records of the series index. Each ends with the CRC-32 of its key and all before.
 * Keys: `t` text number u32 -> UTF-8 text; `s` series id u32 -> varints: type, unit, owner, then
 * name, value, name, value, ... all but the type being text numbers. They never change.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { checkRecord, sealRecord } from './chunk.ts';
import { putU32 } from './keys.ts';
import type { SeriesRecord } from './series-table.ts';

export const INDEX_KIND = { touched: 0x64, series: 0x73, text: 0x74, work: 0x77 } as const;

const out = new ByteWriter();

export function indexKey(kind: number, number: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = kind;
  putU32(key, 1, number);
  return key;
}

export function encodeText(key: Uint8Array, text: string): Uint8Array {
  out.reset();
  out.text(text);
  return sealRecord(out, key);
}

export function decodeText(key: Uint8Array, record: Uint8Array): string | undefined {
  const content = checkRecord(key, record);
  return content === undefined ? undefined : Buffer.from(content).toString();
}

export function encodeSeries(
  key: Uint8Array,
  { type, unit, owner, pairs }: SeriesRecord,
): Uint8Array {
  out.reset();
  for (const number of [type, unit, owner, ...pairs]) out.varint(number);
  return sealRecord(out, key);
}

export function decodeSeries(key: Uint8Array, record: Uint8Array): SeriesRecord | undefined {
  const content = checkRecord(key, record);
  if (content === undefined) return undefined;
  const input = new ByteReader(content);
  const [type, unit, owner] = [input.varint(), input.varint(), input.varint()];
  const pairs: number[] = [];
  while (input.remaining > 0) pairs.push(input.varint());
  return input.broken ? undefined : { type, unit, owner, pairs: Uint32Array.from(pairs) };
}
