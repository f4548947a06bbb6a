/**
 * Looks at CBOR (RFC 8949) before anything is allocated for it.
 *
 * General decoders believe what the bytes declare: a tag makes them build regular expressions or
 * grow bignums, a nest of empty arrays costs forty times its size in memory. This walk allocates
 * nothing, runs in linear time and lets pass only what Muster's messages are made of: definite
 * lengths, integers within 2^53, strings, arrays, maps with distinct keys, false, true, null and
 * floats. The general decoder then runs on bytes that cannot hurt it.
 */
import { isUtf8 } from 'node:buffer';
import { LIMITS } from '../limits.ts';
import { type DecodeErrorCode, type DecodeError } from '../result.ts';

/** What a decoded container and item cost in V8's heap, in bytes, rounded up. */
const CONTAINER_COST = 56;
const ITEM_COST = 12;
/** Allowed cost: this many bytes a byte of input, over a floor that small messages need. */
const COST_PER_BYTE = 12;
const COST_FLOOR = 4_096;

/** `undefined` when the bytes hold exactly one acceptable item, else why they do not. */
export function guard(bytes: Uint8Array): DecodeError | undefined {
  if (bytes.length > LIMITS.payloadBytes) return { code: 'too-large', at: `${bytes.length} bytes` };
  const walk = new Walk(bytes);
  walk.item(0);
  if (walk.error === undefined && walk.pos < bytes.length) walk.fail('trailing-bytes');
  return walk.error === undefined ? undefined : { code: walk.error, at: `byte ${walk.errorAt}` };
}

class Walk {
  pos = 0;
  error: DecodeErrorCode | undefined;
  errorAt = 0;
  private readonly bytes: Uint8Array;
  private budget: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.budget = COST_FLOOR + bytes.length * COST_PER_BYTE;
  }

  fail(code: DecodeErrorCode): void {
    if (this.error !== undefined) return;
    this.error = code;
    this.errorAt = this.pos;
  }

  item(depth: number): void {
    const initial = this.bytes[this.pos];
    if (initial === undefined) return this.fail('truncated');
    this.spend(ITEM_COST);
    const major = initial >> 5;
    if (major === 7) return this.simple(initial);
    if (major === 6) return this.fail('unsupported-item');
    const argument = this.argument(initial & 31);
    if (this.error !== undefined) return;
    if (major <= 1) return;
    if (major <= 3) return this.string(argument, major === 3);
    if (depth >= LIMITS.depth) return this.fail('too-deep');
    if (major === 4) this.array(argument, depth + 1);
    else this.map(argument, depth + 1);
  }

  private simple(initial: number): void {
    const width = SIMPLE_WIDTH[initial & 31] ?? 0;
    if (width === 0) return this.fail('unsupported-item');
    if (this.pos + width > this.bytes.length) return this.fail('truncated');
    this.pos += width;
  }

  /** The argument that follows the initial byte (RFC 8949, 3), with `pos` moved behind it. */
  private argument(info: number): number {
    if (info < 24) {
      this.pos += 1;
      return info;
    }
    if (info > 27) {
      this.fail('unsupported-item');
      return 0;
    }
    const width = 1 << (info - 24);
    const start = this.pos + 1;
    if (start + width > this.bytes.length) {
      this.fail('truncated');
      return 0;
    }
    let value = 0;
    for (let i = start; i < start + width; i++) value = value * 256 + (this.bytes[i] ?? 0);
    if (value > Number.MAX_SAFE_INTEGER) this.fail('integer-range');
    this.pos = start + width;
    return value;
  }

  private string(length: number, text: boolean): void {
    const end = this.pos + length;
    if (end > this.bytes.length) return this.fail('truncated');
    if (text && length > 0 && !isUtf8(this.bytes.subarray(this.pos, end))) {
      return this.fail('invalid-utf8');
    }
    this.pos = end;
  }

  private array(count: number, depth: number): void {
    if (!this.container(count)) return;
    for (let i = 0; i < count && this.error === undefined; i++) this.item(depth);
  }

  private map(count: number, depth: number): void {
    if (!this.container(count * 2)) return;
    const keys = new Keys();
    for (let i = 0; i < count && this.error === undefined; i++) {
      this.key(keys);
      if (this.error === undefined) this.item(depth);
    }
  }

  private key(keys: Keys): void {
    const start = this.pos;
    const major = (this.bytes[start] ?? 0) >> 5;
    if (start < this.bytes.length && major !== 0 && major !== 3) return this.fail('invalid-key');
    this.item(LIMITS.depth);
    if (this.error === undefined && !keys.add(this.bytes, start, this.pos)) {
      this.fail('duplicate-key');
    }
  }

  private container(items: number): boolean {
    if (items > this.bytes.length - this.pos) this.fail('truncated');
    this.spend(CONTAINER_COST);
    return this.error === undefined;
  }

  private spend(cost: number): void {
    this.budget -= cost;
    if (this.budget < 0) this.fail('too-many-items');
  }
}

/** Keys seen in one map. Small integers, the usual case, live in one word. */
class Keys {
  private small = 0;
  private others: Set<string> | undefined;

  add(bytes: Uint8Array, start: number, end: number): boolean {
    const first = bytes[start] ?? 0;
    if (end - start === 1 && first < 24) {
      const bit = 1 << first;
      if ((this.small & bit) !== 0) return false;
      this.small |= bit;
      return true;
    }
    this.others ??= new Set();
    const before = this.others.size;
    this.others.add(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
    return this.others.size > before;
  }
}

/** Bytes taken by each simple value or float that is allowed: false, true, null, half, single, double. */
const SIMPLE_WIDTH: Readonly<Record<number, number>> = { 20: 1, 21: 1, 22: 1, 25: 3, 26: 5, 27: 9 };
