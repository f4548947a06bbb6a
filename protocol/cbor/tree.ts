/**
 * Trees of plain values (configuration) as CBOR: maps with text keys, arrays, texts, booleans,
 * null, and numbers. A number that is no exact integer travels as a float; a float is read as the
 * number it is.
 */
import { LIMITS } from '../limits.ts';
import type { Tree, TreeValue } from '../messages/tree.ts';
import type { Fields } from './fields.ts';
import { CborFloat, type CborItem, CborMap, type CborValue } from './values.ts';

/**
 * Containers inside each other, the root included: what is left below the message's own map.
 * `checks.web.http.status` with its list needs 5.
 */
export const TREE_DEPTH = LIMITS.depth - 1;
const KEY_BYTES = 256;
/** As a key of a plain object it would set the prototype instead of a field. */
const FORBIDDEN_KEY = '__proto__';

/** Throws a RangeError that names the place when a reader would refuse the tree. */
export function writeTree(tree: Tree): CborValue {
  return writeMap(tree, '', 1);
}

function writeValue(value: TreeValue, path: string, depth: number): CborValue {
  if (typeof value === 'number' && !Number.isFinite(value)) throw problem(path, 'is not finite');
  if (typeof value === 'string' && Buffer.byteLength(value) > LIMITS.textBytes) {
    throw problem(path, `is longer than ${LIMITS.textBytes} bytes`);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (!isList(value)) return writeMap(value, path, depth + 1);
  if (depth >= TREE_DEPTH) throw tooDeep(path);
  return value.map((item, i) => writeValue(item, `${path}[${i}]`, depth + 1));
}

function writeMap(tree: Tree, path: string, depth: number): CborValue {
  if (depth > TREE_DEPTH) throw tooDeep(path);
  const map = new Map<string, CborValue>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!isKey(key)) throw problem(at, 'has a key that is not allowed');
    map.set(key, writeValue(value, at, depth));
  }
  return map;
}

/** The tree at `at`; what is none fails the message. Depth was checked when the bytes were read. */
export function readTree(fields: Fields, item: CborItem | undefined, at: string): Tree {
  if (item instanceof CborMap) return readMap(fields, item, at);
  fields.fail(item === undefined ? 'missing-field' : 'wrong-type', at);
  return {};
}

function readMap(fields: Fields, map: CborMap, at: string): Tree {
  const tree: Record<string, TreeValue> = {};
  map.keys.forEach((key, i) => {
    if (typeof key !== 'string' || !isKey(key)) fields.fail('invalid-key', at);
    else tree[key] = readValue(fields, map.values[i], `${at}.${key}`);
  });
  return tree;
}

function readValue(fields: Fields, item: CborItem | undefined, at: string): TreeValue {
  if (typeof item === 'string') return fields.asText(item, at, LIMITS.textBytes);
  if (typeof item === 'number' || typeof item === 'boolean' || item === null) return item;
  if (item instanceof CborFloat) return finite(fields, item, at);
  if (item instanceof CborMap) return readMap(fields, item, at);
  if (Array.isArray(item)) {
    return (item as readonly CborItem[]).map((one, i) => readValue(fields, one, `${at}[${i}]`));
  }
  fields.fail('wrong-type', at);
  return null;
}

/** The value of a float that configuration can hold: JSON has neither infinities nor NaN. */
export function finite(fields: Fields, { value }: CborFloat, at: string): number {
  if (Number.isFinite(value)) return value;
  fields.fail('out-of-range', at);
  return 0;
}

function isKey(key: string): boolean {
  return key !== FORBIDDEN_KEY && Buffer.byteLength(key) <= KEY_BYTES;
}

function isList(value: readonly TreeValue[] | Tree): value is readonly TreeValue[] {
  return Array.isArray(value);
}

function tooDeep(path: string): RangeError {
  return problem(path, `is nested deeper than ${TREE_DEPTH} levels`);
}

function problem(path: string, what: string): RangeError {
  return new RangeError(`${path === '' ? 'the tree' : path} ${what}`);
}
