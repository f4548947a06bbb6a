/** One CBOR item as a tree, paid for as it grows. What is refused, and why, says `reader.ts`. */
import { LIMITS } from '../limits.ts';
import { accept, type Result } from '../result.ts';
import { CborReader, MAJOR } from './reader.ts';
import { CborFloat, type CborItem, type CborKey, CborMap } from './values.ts';

/** Sizes in V8's heap, rounded up; a map's also pay for what a message makes of it. */
const ARRAY_COST = 56;
const SLOT_COST = 8;
const MAP_COST = 280;
const NUMBER_COST = 16;
const FLOAT_COST = 48;
const VIEW_COST = 160;
const SET_ENTRY_COST = 64;

/** Maps up to this size look for a repeated key by comparing with each; larger ones hash. */
const SMALL_MAP = 16;

const NO_ITEMS: readonly never[] = [];

/** Decodes exactly one item. Byte strings in the result are views into `bytes`. */
export function decodeCbor(bytes: Uint8Array): Result<CborItem> {
  const reader = new CborReader(bytes);
  const value = readItem(reader, 0);
  if (reader.error === undefined && reader.remaining > 0) reader.fail('trailing-bytes');
  return finish(reader, value);
}

/** The value, or the reader's error. */
export function finish<T>(reader: CborReader, value: T): Result<T> {
  if (reader.error === undefined) return accept(value);
  return { ok: false, error: { code: reader.error, at: `byte ${reader.errorAt}` } };
}

/** Reads the next item; `depth` counts the containers around it. */
export function readItem(reader: CborReader, depth: number): CborItem {
  const major = reader.head();
  const argument = reader.argument;
  if (reader.error !== undefined) return null;
  switch (major) {
    case MAJOR.uint:
      return number(reader, argument);
    case MAJOR.negative:
      return number(reader, -1 - argument);
    case MAJOR.bytes:
      return readBytes(reader, argument);
    case MAJOR.text:
      return reader.textBody(argument);
    case MAJOR.array:
      return readArray(reader, argument, depth + 1);
    case MAJOR.map:
      return readMap(reader, argument, depth + 1);
    default:
      return readSimple(reader, argument);
  }
}

function number(reader: CborReader, value: number): number {
  if ((value | 0) !== value) reader.spend(NUMBER_COST);
  return value;
}

function readBytes(reader: CborReader, length: number): Uint8Array | null {
  if (length > reader.remaining) reader.fail('truncated');
  if (reader.error !== undefined || !reader.spend(VIEW_COST)) return null;
  reader.pos += length;
  return reader.bytes.subarray(reader.pos - length, reader.pos);
}

function readArray(reader: CborReader, count: number, depth: number): readonly CborItem[] {
  if (!enter(reader, count, depth) || !reader.spend(ARRAY_COST + count * SLOT_COST))
    return NO_ITEMS;
  if (count === 0) return NO_ITEMS;
  const items = new Array<CborItem>(count);
  for (let i = 0; i < count && reader.error === undefined; i++) items[i] = readItem(reader, depth);
  return items;
}

function readMap(reader: CborReader, count: number, depth: number): CborItem {
  if (!enter(reader, count * 2, depth) || !reader.spend(MAP_COST + count * SLOT_COST)) return null;
  const values = new Array<CborItem>(count);
  let filled = 0;
  const keys = readEntries(reader, count, () => {
    values[filled++] = readItem(reader, depth);
  });
  return new CborMap(keys, values);
}

/**
 * Reads the `count` entries of a map whose head was read, and answers the keys; `read` reads the
 * value of its key.
 */
export function readEntries(
  reader: CborReader,
  count: number,
  read: (key: CborKey) => void,
): readonly CborKey[] {
  const hashed = count > SMALL_MAP;
  if (!reader.spend(count * (hashed ? SLOT_COST + SET_ENTRY_COST : SLOT_COST))) return NO_ITEMS;
  const seen = hashed ? new Set<CborKey>() : undefined;
  const keys = new Array<CborKey>(count);
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const start = reader.pos;
    const key = readKey(reader);
    if (seen === undefined ? keys.includes(key) : seen.has(key)) {
      if (reader.error === undefined) reader.pos = start;
      reader.fail('duplicate-key');
      break;
    }
    seen?.add(key);
    keys[i] = key;
    read(key);
  }
  return keys;
}

function readKey(reader: CborReader): CborKey {
  const start = reader.pos;
  const major = reader.head();
  if (major === MAJOR.uint) return number(reader, reader.argument);
  if (major === MAJOR.text) return reader.textBody(reader.argument);
  if (reader.error === undefined) reader.pos = start;
  reader.fail('invalid-key');
  return 0;
}

function enter(reader: CborReader, items: number, depth: number): boolean {
  if (depth > LIMITS.depth) reader.fail('too-deep');
  reader.expectItems(items);
  return reader.error === undefined;
}

function readSimple(reader: CborReader, info: number): CborItem {
  if (info === 20) return false;
  if (info === 21) return true;
  if (info === 22) return null;
  if (info >= 25 && info <= 27) {
    return reader.spend(FLOAT_COST) ? new CborFloat(reader.float(1 << (info - 24))) : null;
  }
  reader.pos--;
  reader.fail('unsupported-item');
  return null;
}
