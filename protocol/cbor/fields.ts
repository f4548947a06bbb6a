/**
 * Reads the fields of a message one by one and remembers the first that is wrong.
 *
 * A getter always returns something of its type, so that a message is read in one expression;
 * `done` then gives the message, or the reason why it is none. Unknown keys are passed over.
 */
import { accept, type DecodeError, type DecodeErrorCode, type Result } from '../result.ts';
import { type CborItem, type CborKey, CborMap } from './values.ts';

/** Allowed range of an integer, both ends included. */
export type Integer = { readonly min?: number; readonly max?: number };

const ANY: Integer = {};
/** An id: an epoch, a boot, a dictionary. */
export const ID_BYTES = 8;
const NO_BYTES = new Uint8Array();
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

export class Fields {
  private error: DecodeError | undefined;
  private readonly map: CborMap;
  private readonly path: string;

  constructor(value: CborItem | undefined, path: string) {
    this.path = path;
    this.map = value instanceof CborMap ? value : new CborMap([], []);
    if (!(value instanceof CborMap)) this.fail('wrong-type', path);
  }

  fail(code: DecodeErrorCode, at: string): void {
    this.error ??= { code, at };
  }

  has(key: number): boolean {
    return this.map.has(key);
  }

  done<T>(value: T): Result<T> {
    return this.error === undefined ? accept(value) : { ok: false, error: this.error };
  }

  int(key: number, range: Integer = ANY): number {
    return this.asInt(this.required(key), key, range);
  }

  /** An integer that may be absent. */
  optionalInt(key: number, range: Integer = ANY): number | undefined {
    return this.has(key) ? this.int(key, range) : undefined;
  }

  bool(key: number): boolean {
    const value = this.required(key);
    if (typeof value !== 'boolean') this.failAt('wrong-type', key);
    return value === true;
  }

  text(key: number, maxBytes: number): string {
    return this.asText(this.required(key), key, maxBytes);
  }

  bytes(key: number): Uint8Array {
    const value = this.required(key);
    if (value instanceof Uint8Array) return value;
    this.failAt('wrong-type', key);
    return NO_BYTES;
  }

  /** An id of eight bytes, as lower-case hexadecimal digits. */
  id(key: number): string {
    return this.asId(this.required(key), key);
  }

  /** An array that may be absent, then empty. */
  list(key: number, maxLength: number): readonly CborItem[] {
    const value = this.map.get(key) ?? [];
    if (Array.isArray(value) && value.length <= maxLength) return value as readonly CborItem[];
    this.failAt(Array.isArray(value) ? 'out-of-range' : 'wrong-type', key);
    return [];
  }

  /** A map of texts that may be absent, then empty. */
  texts(key: number, maxEntries: number, maxBytes: number): ReadonlyMap<string, string> {
    return this.mapped(key, maxEntries, maxBytes, (item) => this.asText(item, key, maxBytes));
  }

  /** A map with text keys that may be absent, then empty; `read` reads a value. */
  mapped<T>(
    key: number,
    maxEntries: number,
    maxKeyBytes: number,
    read: (item: CborItem | undefined) => T,
  ): ReadonlyMap<string, T> {
    const value = this.map.get(key);
    if (value === undefined) return NOTHING;
    if (!(value instanceof CborMap) || value.keys.length > maxEntries) {
      this.failAt(value instanceof CborMap ? 'out-of-range' : 'wrong-type', key);
      return NOTHING;
    }
    if (value.keys.length === 0) return NOTHING;
    const entries = new Map<string, T>();
    value.keys.forEach((name, i) => {
      entries.set(this.asText(name, key, maxKeyBytes), read(value.values[i]));
    });
    return entries;
  }

  /** One of the declared values, which is written as its position among them. */
  oneOf<T>(key: number, values: readonly [T, ...T[]]): T {
    return values[this.int(key, { min: 0, max: values.length - 1 })] ?? values[0];
  }

  /** What stands at a key, whatever it is. */
  item(key: number): CborItem | undefined {
    return this.map.get(key);
  }

  /** Reads an inner map with the same rules; its first error becomes this message's. */
  nested<T>(read: (fields: Fields) => T, value: CborItem, at: string): T {
    const inner = new Fields(value, `${this.path}.${at}`);
    const result = read(inner);
    if (inner.error !== undefined) this.error ??= inner.error;
    return result;
  }

  asInt(value: CborItem | undefined, at: CborKey, range: Integer): number {
    const { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    this.failAt(typeof value === 'number' ? 'out-of-range' : 'wrong-type', at);
    return min;
  }

  asText(value: CborItem | undefined, at: CborKey, maxBytes: number): string {
    if (typeof value !== 'string') {
      this.failAt('wrong-type', at);
      return '';
    }
    if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) {
      this.failAt('out-of-range', at);
    }
    return value;
  }

  asId(value: CborItem | undefined, at: CborKey): string {
    if (value instanceof Uint8Array && value.length === ID_BYTES) return idText(value, 0);
    this.failAt(value instanceof Uint8Array ? 'out-of-range' : 'wrong-type', at);
    return '';
  }

  private required(key: number): CborItem | undefined {
    const value = this.map.get(key);
    if (value === undefined) this.failAt('missing-field', key);
    return value;
  }

  /** The path is put together only when somebody will read it. */
  private failAt(code: DecodeErrorCode, at: CborKey): void {
    if (this.error === undefined) this.fail(code, `${this.path}.${at}`);
  }
}

/** Two digits a byte: for so few bytes a table beats a call into C++. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The 16 hexadecimal digits of the eight bytes from `at`, all of which must be there. */
export function idText(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = at; i < at + ID_BYTES; i++) text += HEX[bytes[i] as number];
  return text;
}

/** `digits` hexadecimal digits as bytes. Anything else is the caller's mistake, told at once. */
export function fromHex(text: string, digits = 16): Uint8Array {
  const bytes = Buffer.from(text, 'hex');
  if (text.length !== digits || bytes.length * 2 !== digits) throw new RangeError(`no id: ${text}`);
  return bytes;
}
