/**
 * Reads the fields of a message one by one and remembers the first that is wrong.
 *
 * A getter always returns something of its type, so that a message is read in one expression;
 * `done` then gives the message, or the reason why it is none.
 */
import { accept, type DecodeError, type DecodeErrorCode, type Result } from '../result.ts';
import type { CborValue } from './codec.ts';

/** Allowed range of an integer, both ends included. */
export type Integer = { readonly min?: number; readonly max?: number };

export class Fields {
  private error: DecodeError | undefined;
  private readonly map: ReadonlyMap<number | string, CborValue>;
  private readonly path: string;

  constructor(value: CborValue | undefined, path: string) {
    this.path = path;
    this.map = value instanceof Map ? value : new Map();
    if (!(value instanceof Map)) this.fail('wrong-type', path);
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

  raw(key: number): CborValue | undefined {
    return this.map.get(key);
  }

  int(key: number, range: Integer = {}): number {
    return this.asInt(this.required(key), this.at(key), range);
  }

  /** An integer that may be absent. */
  optionalInt(key: number, range: Integer = {}): number | undefined {
    return this.has(key) ? this.int(key, range) : undefined;
  }

  bool(key: number): boolean {
    const value = this.required(key);
    if (typeof value === 'boolean') return value;
    this.fail('wrong-type', this.at(key));
    return false;
  }

  text(key: number, maxLength: number): string {
    return this.asText(this.required(key), this.at(key), maxLength);
  }

  bytes(key: number): Uint8Array {
    const value = this.required(key);
    if (value instanceof Uint8Array) return value;
    this.fail('wrong-type', this.at(key));
    return new Uint8Array();
  }

  /** A byte string of fixed length, as lower-case hexadecimal digits. */
  hex(key: number, length: number): string {
    return this.asHex(this.required(key), this.at(key), length);
  }

  /** An array that may be absent, then empty. */
  list(key: number, maxLength: number): readonly CborValue[] {
    const value = this.raw(key) ?? [];
    if (Array.isArray(value) && value.length <= maxLength) return value;
    this.fail(Array.isArray(value) ? 'out-of-range' : 'wrong-type', this.at(key));
    return [];
  }

  /** A map of texts that may be absent, then empty. */
  texts(key: number, maxEntries: number, maxLength: number): ReadonlyMap<string, string> {
    const value = this.raw(key) ?? new Map<string, CborValue>();
    const texts = new Map<string, string>();
    if (!(value instanceof Map)) this.fail('wrong-type', this.at(key));
    else if (value.size > maxEntries) this.fail('out-of-range', this.at(key));
    else {
      for (const [name, text] of value as ReadonlyMap<CborValue, CborValue>) {
        texts.set(this.asText(name, this.at(key), maxLength), this.asText(text, this.at(key), maxLength));
      }
    }
    return texts;
  }

  /** Reads an inner map with the same rules; its first error becomes this message's. */
  nested<T>(read: (fields: Fields) => T, value: CborValue, at: string): T {
    const inner = new Fields(value, at);
    const result = read(inner);
    if (inner.error !== undefined) this.error ??= inner.error;
    return result;
  }

  asInt(value: CborValue | undefined, at: string, range: Integer): number {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      this.fail('wrong-type', at);
      return range.min ?? 0;
    }
    const { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
    if (number < min || number > max) this.fail('out-of-range', at);
    return number;
  }

  asText(value: CborValue | undefined, at: string, maxLength: number): string {
    if (typeof value !== 'string') {
      this.fail('wrong-type', at);
      return '';
    }
    if (value.length > maxLength) this.fail('out-of-range', at);
    return value;
  }

  asHex(value: CborValue | undefined, at: string, length: number): string {
    if (!(value instanceof Uint8Array)) {
      this.fail('wrong-type', at);
      return '';
    }
    if (value.length !== length) this.fail('out-of-range', at);
    return toHex(value);
  }

  private required(key: number): CborValue | undefined {
    if (!this.map.has(key)) this.fail('missing-field', this.at(key));
    return this.map.get(key);
  }

  private at(key: number): string {
    return `${this.path}.${key}`;
  }
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

export function fromHex(text: string): Uint8Array {
  return Buffer.from(text, 'hex');
}
