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
const BUDGET_FLOOR = 32_768;

/** What a string costs in V8's heap beside its characters. */
const TEXT_COST = 32;
/** Up to this many bytes, a loop finds out sooner whether a text is ASCII than a call into C++. */
const SHORT_TEXT = 24;

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

  private containerHead(major: number, bytesPerEntry: number): number {
    if (this.head() !== major) this.fail('wrong-type');
    if (this.argument * bytesPerEntry > this.remaining) this.fail('truncated');
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

  text(maxBytes: number): string {
    if (this.head() !== MAJOR.text) this.fail('wrong-type');
    if (this.argument > maxBytes) this.fail('out-of-range');
    return this.textBody(this.argument);
  }

  /** The `length` bytes of a text whose head was read. */
  textBody(length: number): string {
    const start = this.pos;
    if (length > this.remaining) this.fail('truncated');
    // A character takes two bytes when one of its neighbours does not fit in Latin 1.
    if (length === 0 || !this.spend(TEXT_COST + length * 2) || this.error !== undefined) return '';
    this.pos += length;
    const { bytes } = this;
    this.buffer ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (length <= SHORT_TEXT && this.isAscii(start, start + length)) {
      return this.buffer.toString('latin1', start, start + length);
    }
    if (!isUtf8(bytes.subarray(start, start + length))) {
      this.pos = start;
      this.fail('invalid-utf8');
      return '';
    }
    return this.buffer.toString('utf8', start, start + length);
  }

  private isAscii(start: number, end: number): boolean {
    let all = 0;
    for (let i = start; i < end; i++) all |= this.bytes[i] as number;
    return all < 0x80;
  }
}
