/** One column back into doubles. The forms are listed in `codecs.ts`. */
import type { DecodeErrorCode } from '../result.ts';
import type { ByteReader } from './bytes.ts';
import { CODEC, type Reference } from './codecs.ts';
import { fromMantissa, MAX_MANTISSA, SCALES } from './scale.ts';

/** Where a column goes: `values[offset]` to `values[offset + count - 1]`; `bits` shares its memory. */
export interface ColumnTarget {
  readonly values: Float64Array;
  readonly bits: Uint32Array;
  readonly offset: number;
  readonly count: number;
}

/** Fills the target from a column whose first byte, without the sparse flag, is `head`. */
export function decodeColumn(
  input: ByteReader,
  head: number,
  target: ColumnTarget,
  reference: Reference | undefined,
): DecodeErrorCode | undefined {
  const codec = head >> 4;
  const scale = head & 15;
  if (codec === CODEC.same) return scale === 0 ? decodeSame(target, reference) : 'unknown-codec';
  if (codec === CODEC.raw) return scale === 0 ? decodeRaw(input, target) : 'unknown-codec';
  if (codec > CODEC.raw || scale >= SCALES.length) return 'unknown-codec';
  const first = (reference?.scale === scale ? reference.mantissa : 0) + input.zigzag();
  const mantissas = new MantissaColumn(target, scale, first);
  if (codec === CODEC.constant) mantissas.constant();
  else if (codec === CODEC.delta) mantissas.deltas(input);
  else if (codec === CODEC.packed) mantissas.packed(input);
  else mantissas.changes(input);
  return mantissas.problem;
}

function decodeSame(target: ColumnTarget, reference: Reference | undefined): DecodeErrorCode | undefined {
  if (reference === undefined) return 'unknown-codec';
  const { values, offset, count } = target;
  values.fill(fromMantissa(reference.mantissa, reference.scale), offset, offset + count);
  return undefined;
}

function decodeRaw(input: ByteReader, { bits, offset, count }: ColumnTarget): undefined {
  for (let i = 0; i < count && !input.broken; i++) input.float64(bits, offset + i);
}

class MantissaColumn {
  problem: DecodeErrorCode | undefined;
  private readonly target: ColumnTarget;
  private readonly scale: number;
  private readonly divide: number;
  private readonly multiply: number;
  private mantissa: number;

  constructor(target: ColumnTarget, scale: number, first: number) {
    this.target = target;
    this.scale = scale;
    this.divide = SCALES[scale]?.divide ?? 1;
    this.multiply = SCALES[scale]?.multiply ?? 1;
    this.mantissa = first;
    if (target.count > 0) this.put(0, 0);
  }

  constant(): void {
    const { values, offset, count } = this.target;
    values.fill(fromMantissa(this.mantissa, this.scale), offset, offset + count);
  }

  deltas(input: ByteReader): void {
    for (let i = 1; i < this.target.count && this.problem === undefined; i++) {
      this.put(i, input.zigzag());
    }
  }

  packed(input: ByteReader): void {
    const count = this.target.count - 1;
    const min = input.zigzag();
    const width = input.byte();
    if (width > 24) {
      this.problem = 'unknown-codec';
      return;
    }
    const packed = input.raw(Math.ceil((Math.max(count, 0) * width) / 8));
    if (input.broken) return;
    const mask = 2 ** width - 1;
    let held = 0;
    let bits = 0;
    let at = 0;
    for (let i = 1; i <= count; i++) {
      while (bits < width) {
        held |= (packed[at++] as number) << bits;
        bits += 8;
      }
      this.put(i, min + (held & mask));
      held >>>= width;
      bits -= width;
    }
  }

  changes(input: ByteReader): void {
    const count = this.target.count - 1;
    const bitmap = input.raw(Math.ceil(Math.max(count, 0) / 8));
    if (input.broken) return;
    for (let i = 0; i < count && this.problem === undefined; i++) {
      const changed = ((bitmap[i >> 3] as number) >> (i & 7)) & 1;
      this.put(i + 1, changed === 1 ? input.zigzag() : 0);
    }
  }

  private put(index: number, delta: number): void {
    this.mantissa += delta;
    if (this.mantissa > MAX_MANTISSA || this.mantissa < -MAX_MANTISSA) {
      this.problem = 'integer-range';
      return;
    }
    this.target.values[this.target.offset + index] = (this.mantissa / this.divide) * this.multiply;
  }
}
