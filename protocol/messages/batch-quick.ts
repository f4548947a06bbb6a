/**
 * A batch in exactly the form that our encoder gives it: ten entries with the keys 0 to 9, lengths
 * and numbers in their shortest form. That is nearly every message that a collector reads, so it is
 * read without a tree of items between the bytes and the batch.
 *
 * Anything else is read by `decodeBatch`. So this may know less than the rules that all messages
 * share, and never answers otherwise (`test/unit/protocol/batch-quick.test.ts`). Not part of
 * `decodeBatch` because the agent, which reads few batches, pays for every byte of its code.
 */
import { ID_BYTES } from '../cbor/fields.ts';
import { IdTexts } from '../cbor/id-texts.ts';
import { LIMITS, PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import { accept, type Result } from '../result.ts';
import { type Batch, decodeBatch } from './batch.ts';
import type { ClockTrust } from './envelope.ts';

/** Initial bytes (RFC 8949, 3): a map of ten entries, a byte string of eight bytes, of none. */
const MAP_OF_TEN = 0xaa;
const ID = 0x48;
const BYTES = 0x40;
/** In an initial byte: the argument is in the next 1, 2, 4 or 8 bytes. */
const IN_1 = 24;
const IN_2 = 25;
const IN_4 = 26;
const IN_8 = 27;
const TWO_TO_32 = 2 ** 32;

const ABSENT = -1;

const texts = new IdTexts();

/** As `decodeBatch`. */
export function readBatch(payload: Uint8Array): Result<Batch> {
  const quick = quickBatch(payload);
  return quick === undefined ? decodeBatch(payload) : accept(quick);
}

/** The batch, or `undefined` when it is in another form, or in none. */
export function quickBatch(bytes: Uint8Array): Batch | undefined {
  if (bytes.length > LIMITS.payloadBytes || bytes[0] !== MAP_OF_TEN) return undefined;
  const entries = new Entries(bytes);
  if (entries.whole(0) !== PROTOCOL_VERSION) return undefined;
  const epoch = entries.id(1);
  const number = entries.whole(2);
  const low = entries.whole(3);
  const boot = entries.id(4);
  const wall = entries.whole(5);
  const mono = entries.whole(6);
  const clock = entries.whole(7);
  const schema = entries.id(8);
  const body = entries.rest(9);
  if (body === undefined || low < 1 || low > number) return undefined;
  if (wall > TIME_RANGE.max || clock > 2) return undefined;
  const header = { epoch, number, low, boot, wall, mono, clock: clock as ClockTrust };
  return { header, schema, body };
}

/** Reads entries in their order; once one is not as expected, none of those behind it is. */
class Entries {
  private at = 1;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A whole number from 0 to 2^53 - 1. */
  whole(key: number): number {
    if (this.bytes[this.at] !== key) return this.stray();
    const initial = this.bytes[this.at + 1] ?? 0xff;
    if (initial >= IN_1) return this.longer(initial);
    this.at += 2;
    return initial;
  }

  id(key: number): string {
    const { bytes, at } = this;
    const end = at + 2 + ID_BYTES;
    if (bytes[at] !== key || bytes[at + 1] !== ID || end > bytes.length) {
      this.stray();
      return '';
    }
    this.at = end;
    return texts.of(bytes, at + 2);
  }

  /** A byte string that is all that is left; a view. */
  rest(key: number): Uint8Array | undefined {
    const { bytes, at } = this;
    const info = (bytes[at + 1] ?? 0) - BYTES;
    if (bytes[at] !== key || info < 0) return undefined;
    const length = info < IN_1 ? info : this.longer(info);
    const start = info < IN_1 ? at + 2 : this.at;
    return length !== ABSENT && start + length === bytes.length ? bytes.subarray(start) : undefined;
  }

  /** An argument that is not in the initial byte. */
  private longer(info: number): number {
    const at = this.at + 2;
    if (info === IN_1) return this.within(this.bytes[at] ?? 0, IN_1, at + 1);
    if (info === IN_2) return this.within(this.half(at), 0x100, at + 2);
    if (info === IN_4) return this.within(this.word(at), 0x1_0000, at + 4);
    if (info !== IN_8) return this.stray();
    const value = this.word(at) * TWO_TO_32 + this.word(at + 4);
    return value > Number.MAX_SAFE_INTEGER ? this.stray() : this.within(value, TWO_TO_32, at + 8);
  }

  /** CBOR allows a longer form than the value needs; it is none of ours. */
  private within(value: number, least: number, next: number): number {
    if (value < least) return this.stray();
    this.at = next;
    return value;
  }

  private word(at: number): number {
    return this.half(at) * 0x1_0000 + this.half(at + 2);
  }

  private half(at: number): number {
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
  }

  /** Behind the end, where no key is. */
  private stray(): typeof ABSENT {
    this.at = this.bytes.length;
    return ABSENT;
  }
}
