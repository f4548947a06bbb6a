/**
 * Records of the series index. Each ends with the CRC-32 of its key and all before.
 * Keys: `t` text number u32 -> UTF-8 text; `s` series id u32 -> varints: type, unit, owner, then
 * name, value, name, value, ... all but the type being text numbers. They never change, and go when
 * nothing of a series is kept. `n` -> varints: the highest text number and series id ever given, and
 * how many series there are, written with every change. `e` series id u32 -> varint: the last day a
 * series was in use, written when its samples have gone and only rollups are left.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { checkRecord, sealRecord } from './chunk.ts';
import { putU32 } from './keys.ts';
import type { NumberList } from './numbers.ts';
import type { SeriesRecord } from './series-table.ts';

export const INDEX_KIND = {
  touched: 0x64,
  ended: 0x65,
  series: 0x73,
  text: 0x74,
  work: 0x77,
} as const;
export const COUNT_KEY = Uint8Array.of(0x6e);

export interface IndexCount {
  readonly texts: number;
  readonly lastSeries: number;
  readonly series: number;
}

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
  return encodeNumbers(key, [type, unit, owner, ...pairs]);
}

/** Appends type, unit, owner and pairs to `words`; whether the record is whole. */
export function decodeSeries(key: Uint8Array, record: Uint8Array, words: NumberList): boolean {
  const content = checkRecord(key, record);
  if (content === undefined) return false;
  const begin = words.length;
  let value = 0;
  let factor = 1;
  for (const byte of content) {
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte >= 0x80) continue;
    words.push(value);
    value = 0;
    factor = 1;
  }
  const whole = factor === 1 && words.length - begin >= 3;
  if (!whole) words.length = begin;
  return whole;
}

export function encodeCount({ texts, lastSeries, series }: IndexCount): Uint8Array {
  return encodeNumbers(COUNT_KEY, [texts, lastSeries, series]);
}

export function decodeCount(record: Uint8Array): IndexCount | undefined {
  const [texts, lastSeries, series] = decodeNumbers(COUNT_KEY, record);
  if (texts === undefined || lastSeries === undefined || series === undefined) return undefined;
  return { texts, lastSeries, series };
}

export function encodeEnded(key: Uint8Array, day: number): Uint8Array {
  return encodeNumbers(key, [day]);
}

export function decodeEnded(key: Uint8Array, record: Uint8Array): number | undefined {
  return decodeNumbers(key, record)[0];
}

function encodeNumbers(key: Uint8Array, numbers: readonly number[]): Uint8Array {
  out.reset();
  for (const number of numbers) out.varint(number);
  return sealRecord(out, key);
}

function decodeNumbers(key: Uint8Array, record: Uint8Array): number[] {
  const content = checkRecord(key, record);
  const input = new ByteReader(content ?? new Uint8Array());
  const numbers: number[] = [];
  while (input.remaining > 0) numbers.push(input.varint());
  return input.broken ? [] : numbers;
}
