/**
 * Reads the part of CBOR (RFC 8949) that Muster's messages are made of, from bytes that may be
 * hostile: definite lengths, integers within 2^53, strings, arrays, maps with distinct keys,
 * false, true, null and floats.
 *
 * General decoders believe what the bytes declare: a tag makes them build regular expressions or
 * grow bignums, a nest of empty arrays costs forty times its size in memory. This one pays for
 * everything from a budget before it allocates, runs in linear time, and never throws: the first
 * problem is kept in `error`, and what is read after it is empty.
 */
import { isUtf8 } from 'node:buffer';
import { LIMITS } from '../limits.ts';
import type { DecodeErrorCode } from '../result.ts';

export const MAJOR = {
  uint: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  simple: 7,
} as const;

/** Allowed memory: this many bytes a byte of input, over a constant that small messages need. */
const BUDGET_PER_BYTE = 16;
const BUDGET_FLOOR = 65_536;

/** What a string costs in V8's heap beside its characters. */
const TEXT_COST = 24;
/** Up to this many bytes, a loop over them is sooner done than a call into C++. */
const SHORT_TEXT = 24;
/** What it takes to look at a text's bytes once more. */
const CHECK_COST = 160;
/** Places for texts that come again; a power of two. */
const TABLE_SIZE = 512;

export class CborReader {
  pos = 0;
  error: DecodeErrorCode | undefined;
  errorAt = 0;
  /** The argument of the last head (RFC 8949, 3): a value, a length or a count. */
  argument = 0;
  readonly bytes: Uint8Array;
  /** The same memory, made when the first text is read. */
  private buffer: Buffer | undefined;
  private budget: number;
  private items: number = LIMITS.items;
  private table: string[] | undefined;
  private view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.budget = BUDGET_FLOOR + bytes.length * BUDGET_PER_BYTE;
    if (bytes.length > LIMITS.payloadBytes) this.fail('too-large');
  }

  get remaining(): number {
    return this.bytes.length - this.pos;
  }

  fail(code: DecodeErrorCode): void {
    if (this.error !== undefined) return;
    this.error = code;
    this.errorAt = this.pos;
    this.pos = this.bytes.length;
    this.argument = 0;
  }

  /** Fails when a container says that it holds more items than may still come. */
  expectItems(count: number): void {
    if (count > this.remaining) this.fail('truncated');
    else if (count > this.items) this.fail('too-many-items');
  }

  /** Allows for things that are declared, bounded, and larger in memory than on the wire. */
  allow(cost: number): void {
    this.budget += cost;
  }

  /** Pays for `cost` bytes that are about to be allocated. */
  spend(cost: number): boolean {
    this.budget -= cost;
    if (this.budget < 0) this.fail('too-many-items');
    return this.budget >= 0;
  }

  /** Reads one head: answers the major type and sets `argument`. For floats and simple values, `argument` is the low five bits and `pos` stands behind the initial byte. */
  head(): number {
    const initial = this.bytes[this.pos];
    if (initial === undefined || --this.items < 0) {
      this.fail(initial === undefined ? 'truncated' : 'too-many-items');
      return MAJOR.simple;
    }
    const major = initial >> 5;
    const info = initial & 31;
    if (info < 24 || major === MAJOR.simple) {
      this.pos++;
      this.argument = info;
    } else {
      this.longArgument(info);
    }
    if (major === 6) this.fail('unsupported-item');
    return major;
  }

  private longArgument(info: number): void {
    if (info > 27) return this.fail('unsupported-item');
    const width = 1 << (info - 24);
    if (this.remaining <= width) return this.fail('truncated');
    let value = 0;
    for (let i = this.pos + 1; i <= this.pos + width; i++) {
      value = value * 256 + (this.bytes[i] as number);
    }
    if (value > Number.MAX_SAFE_INTEGER) return this.fail('integer-range');
    this.pos += width + 1;
    this.argument = value;
  }

  /** An array's count; every item takes a byte at least, so a count that cannot be is refused. */
  arrayHead(): number {
    return this.containerHead(MAJOR.array, 1);
  }

  /** A map's count of entries. */
  mapHead(): number {
    return this.containerHead(MAJOR.map, 2);
  }

  private containerHead(major: number, itemsPerEntry: number): number {
    if (this.head() !== major) this.fail('wrong-type');
    this.expectItems(this.argument * itemsPerEntry);
    return this.argument;
  }

  /** An integer between `min` and `max`. */
  integer(min: number, max: number): number {
    const major = this.head();
    if (major > MAJOR.negative) this.fail('wrong-type');
    const value = major === MAJOR.negative ? -1 - this.argument : this.argument;
    if (value >= min && value <= max) return value;
    this.fail('out-of-range');
    return min;
  }

  /** The next bytes as a float of 2, 4 or 8 bytes (RFC 8949, appendix D, for the shortest). */
  float(width: number): number {
    const { bytes, pos } = this;
    if (width > this.remaining) this.fail('truncated');
    if (this.error !== undefined) return 0;
    this.view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.pos += width;
    if (width === 8) return this.view.getFloat64(pos);
    return width === 4 ? this.view.getFloat32(pos) : halfFloat(this.view.getUint16(pos));
  }

  text(maxBytes: number): string {
    if (this.head() !== MAJOR.text) this.fail('wrong-type');
    if (this.argument > maxBytes) this.fail('out-of-range');
    return this.textBody(this.argument);
  }

  /** The `length` bytes of a text whose head was read. */
  textBody(length: number): string {
    const start = this.pos;
    if (length > this.remaining) this.fail('truncated');
    if (length === 0 || this.error !== undefined) return '';
    this.pos += length;
    if (length <= SHORT_TEXT) {
      const hash = this.asciiHash(start, start + length);
      if (hash >= 0) return this.shortText(start, length, hash);
    }
    return this.anyText(start, length);
  }

  /** From here on, a short text that came before is found again instead of made again. */
  rememberTexts(): void {
    if (this.spend(TABLE_SIZE * 8)) this.table = new Array<string>(TABLE_SIZE).fill('');
  }

  private shortText(start: number, length: number, hash: number): string {
    const known = this.table?.[hash] ?? '';
    if (known.length === length && this.equals(known, start)) return known;
    if (!this.spend(TEXT_COST + length)) return '';
    const text = this.asBuffer().toString('latin1', start, start + length);
    if (this.table !== undefined) this.table[hash] = text;
    return text;
  }

  private anyText(start: number, length: number): string {
    // A character takes two bytes when one of its neighbours does not fit in Latin 1.
    if (!this.spend(TEXT_COST + length * 2)) return '';
    const text = this.asBuffer().toString('utf8', start, start + length);
    // What is not UTF-8 became a replacement character; that one may also have been meant.
    if (!text.includes('\uFFFD') || !this.spend(CHECK_COST)) return text;
    if (isUtf8(this.bytes.subarray(start, start + length))) return text;
    this.pos = start;
    this.fail('invalid-utf8');
    return '';
  }

  /** A place in the table of texts, -1 when the bytes are not all ASCII. */
  private asciiHash(start: number, end: number): number {
    let all = 0;
    let hash = 0;
    for (let i = start; i < end; i++) {
      const byte = this.bytes[i] as number;
      all |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    return all < 0x80 ? (hash ^ (hash >>> 9)) & (TABLE_SIZE - 1) : -1;
  }

  private equals(text: string, start: number): boolean {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) !== this.bytes[start + i]) return false;
    }
    return true;
  }

  private asBuffer(): Buffer {
    const { bytes } = this;
    this.buffer ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.buffer;
  }
}

function halfFloat(half: number): number {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const sign = half >> 15 === 0 ? 1 : -1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (fraction + 1024) * 2 ** (exponent - 25);
}
