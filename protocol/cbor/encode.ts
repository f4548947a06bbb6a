/**
 * Writes CBOR in its preferred form (RFC 8949, 4.1): shortest heads, definite lengths, map entries
 * in the order given. The same value always gives the same bytes, on which dictionary ids rely.
 */
import { ByteWriter } from '../bytes/writer.ts';
import { MAJOR } from './reader.ts';
import type { CborValue } from './values.ts';

const out = new ByteWriter();

export function encodeCbor(value: CborValue): Uint8Array {
  out.reset();
  write(value);
  return out.take();
}

function write(value: CborValue): void {
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'boolean') return out.byte(value ? 0xf5 : 0xf4);
  if (value === null) return out.byte(0xf6);
  if (value instanceof Uint8Array) {
    writeHead(MAJOR.bytes, value.length);
    return out.raw(value);
  }
  if (value instanceof Map) return writeMap(value as ReadonlyMap<number | string, CborValue>);
  const items = value as readonly CborValue[];
  writeHead(MAJOR.array, items.length);
  for (const item of items) write(item);
}

function writeMap(map: ReadonlyMap<number | string, CborValue>): void {
  writeHead(MAJOR.map, map.size);
  for (const [key, item] of map) {
    write(key);
    write(item);
  }
}

function writeNumber(value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    out.byte(0xfb);
    return out.bigEndian64(value);
  }
  if (value >= 0) writeHead(MAJOR.uint, value);
  else writeHead(MAJOR.negative, -1 - value);
}

function writeText(text: string): void {
  writeHead(MAJOR.text, Buffer.byteLength(text));
  out.text(text);
}

function writeHead(major: number, argument: number): void {
  const type = major << 5;
  if (argument < 24) return out.byte(type | argument);
  const width = argument < 0x100 ? 0 : argument < 0x1_0000 ? 1 : argument < 0x1_0000_0000 ? 2 : 3;
  out.byte(type | (24 + width));
  out.bigEndian(argument, 1 << width);
}
