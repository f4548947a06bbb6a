/** One column back into doubles. The forms are listed in `codecs.ts`. */
import type { ByteReader } from '../bytes/reader.ts';
import type { DecodeErrorCode } from '../result.ts';
import { CODEC, type Reference } from './codecs.ts';
import { baseIn, fromMantissa, MAX_MANTISSA, SCALES, type Scale } from './scale.ts';

/** Where a column goes: `values[offset]` to `values[offset + count - 1]`. */
export class ColumnTarget {
  offset = 0;
  count = 0;
  readonly values: Float64Array;
  private halves: Uint32Array | undefined;

  constructor(values: Float64Array) {
    this.values = values;
  }

  /** The same memory, to move doubles bit for bit: a NaN's payload is not safe in a number. */
  get bits(): Uint32Array {
    this.halves ??= new Uint32Array(this.values.buffer);
    return this.halves;
  }
}

const MAX_PACKED_WIDTH = 24;

/** Fills the target from a column whose first byte, without the sparse flag, is `head`. */
export function decodeColumn(
  input: ByteReader,
  head: number,
  target: ColumnTarget,
  reference: Reference | undefined,
): DecodeErrorCode | undefined {
  const codec = head >> 4;
  if (codec === CODEC.same) return decodeSame(head, target, reference);
  if (codec === CODEC.raw) return decodeRaw(input, head, target);
  const scale = head & 15;
  const step = SCALES[scale];
  if (codec > CODEC.raw || step === undefined) return 'unknown-codec';
  const first = baseIn(scale, reference) + input.zigzag();
  if (first > MAX_MANTISSA || first < -MAX_MANTISSA) return 'integer-range';
  if (codec === CODEC.delta) return decodeDeltas(input, target, step, first);
  if (codec === CODEC.packed) return decodePacked(input, target, step, first);
  if (codec === CODEC.changes) return decodeChanges(input, target, step, first);
  const { values, offset, count } = target;
  values.fill((first / step.divide) * step.multiply, offset, offset + count);
  return undefined;
}

function decodeSame(
  head: number,
  { values, offset, count }: ColumnTarget,
  reference: Reference | undefined,
): DecodeErrorCode | undefined {
  if (head !== 0 || reference === undefined) return 'unknown-codec';
  const value = fromMantissa(reference.mantissa, reference.scale);
  // For the few rows of a usual batch a loop is sooner done than a call into the runtime.
  if (count > 16) values.fill(value, offset, offset + count);
  else for (let i = offset; i < offset + count; i++) values[i] = value;
  return undefined;
}

function decodeRaw(
  input: ByteReader,
  head: number,
  { bits, offset, count }: ColumnTarget,
): DecodeErrorCode | undefined {
  if ((head & 15) !== 0) return 'unknown-codec';
  for (let i = 0; i < count && !input.broken; i++) input.float64(bits, offset + i);
  return undefined;
}

function decodeDeltas(
  input: ByteReader,
  { values, offset, count }: ColumnTarget,
  { divide, multiply }: Scale,
  first: number,
): DecodeErrorCode | undefined {
  let mantissa = first;
  if (count > 0) values[offset] = (mantissa / divide) * multiply;
  for (let i = offset + 1; i < offset + count; i++) {
    mantissa += input.zigzag();
    if (mantissa > MAX_MANTISSA || mantissa < -MAX_MANTISSA) return 'integer-range';
    values[i] = (mantissa / divide) * multiply;
  }
  return undefined;
}

function decodePacked(
  input: ByteReader,
  { values, offset, count }: ColumnTarget,
  { divide, multiply }: Scale,
  first: number,
): DecodeErrorCode | undefined {
  const min = input.zigzag();
  const width = input.byte();
  if (width > MAX_PACKED_WIDTH) return 'unknown-codec';
  let at = input.pos;
  if (!input.skip(Math.ceil((Math.max(count - 1, 0) * width) / 8))) return undefined;
  const mask = 2 ** width - 1;
  let mantissa = first;
  let held = 0;
  let bits = 0;
  if (count > 0) values[offset] = (mantissa / divide) * multiply;
  for (let i = offset + 1; i < offset + count; i++) {
    while (bits < width) {
      held |= (input.bytes[at++] as number) << bits;
      bits += 8;
    }
    mantissa += min + (held & mask);
    held >>>= width;
    bits -= width;
    if (mantissa > MAX_MANTISSA || mantissa < -MAX_MANTISSA) return 'integer-range';
    values[i] = (mantissa / divide) * multiply;
  }
  return undefined;
}

function decodeChanges(
  input: ByteReader,
  { values, offset, count }: ColumnTarget,
  { divide, multiply }: Scale,
  first: number,
): DecodeErrorCode | undefined {
  const bitmap = input.pos;
  if (!input.skip((Math.max(count - 1, 0) + 7) >> 3)) return undefined;
  let mantissa = first;
  if (count > 0) values[offset] = (mantissa / divide) * multiply;
  for (let i = 0; i < count - 1; i++) {
    if ((((input.bytes[bitmap + (i >> 3)] as number) >> (i & 7)) & 1) === 1) {
      mantissa += input.zigzag();
      if (mantissa > MAX_MANTISSA || mantissa < -MAX_MANTISSA) return 'integer-range';
    }
    values[offset + i + 1] = (mantissa / divide) * multiply;
  }
  return undefined;
}
