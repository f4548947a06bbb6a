/** One column of doubles into its shortest form. The forms are listed in `codecs.ts`. */
import type { ByteWriter } from '../bytes/writer.ts';
import { CODEC, type Reference, SPARSE } from './codecs.ts';
import { baseIn, commonScale, toMantissas } from './scale.ts';

/** Widest bit-packed difference. */
const MAX_PACKED_WIDTH = 24;

/** The differences of the column at work; one is encoded at a time. */
let deltas = new Float64Array(64);

/**
 * Appends `count` values. `reference` is the series' value in the dictionary, which both sides
 * know: the first value is written as its difference from it, when both have the same scale.
 * `presence` is the bitmap of a column with holes, of which `values` are the present cells.
 */
export function encodeColumn(
  out: ByteWriter,
  values: Float64Array,
  count: number,
  reference: Reference | undefined,
  presence: Uint8Array | undefined,
): void {
  const scale = count === 0 ? undefined : mantissas(values, count, reference);
  if (scale === undefined) return encodeRaw(out, values, count, presence);
  differences(count, baseIn(scale, reference));
  const summary = summarize(count);
  if (summary.changes === 0 && deltas[0] === 0 && reference?.scale === scale) {
    return encodeHead(out, CODEC.same << 4, presence);
  }
  const codec = count === 1 ? CODEC.delta : cheapest(summary, count);
  encodeHead(out, (codec << 4) | scale, presence);
  out.zigzag(deltas[0] as number);
  if (codec === CODEC.delta) encodeDeltas(out, count);
  else if (codec === CODEC.packed) encodePacked(out, count, summary);
  else if (codec === CODEC.changes) encodeChanges(out, count);
}

interface Summary {
  readonly changes: number;
  /** Bytes of all differences but the first as varints, and of the non-zero ones alone. */
  readonly deltaBytes: number;
  readonly changeBytes: number;
  readonly min: number;
  /** Bits of the largest difference above `min`. */
  readonly width: number;
}

/**
 * Puts the mantissas into `deltas` and answers their scale: the dictionary's when it fits, so that
 * differences from its value stay possible.
 */
function mantissas(
  values: Float64Array,
  count: number,
  reference: Reference | undefined,
): number | undefined {
  if (deltas.length < count) deltas = new Float64Array(count * 2);
  if (reference !== undefined && toMantissas(values, count, reference.scale, deltas)) {
    return reference.scale;
  }
  return commonScale(values, count, deltas);
}

/** Turns the mantissas in `deltas` into differences. */
function differences(count: number, base: number): void {
  let previous = base;
  for (let i = 0; i < count; i++) {
    const mantissa = deltas[i] as number;
    deltas[i] = mantissa - previous;
    previous = mantissa;
  }
}

function summarize(count: number): Summary {
  let changes = 0;
  let deltaBytes = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < count; i++) {
    const delta = deltas[i] as number;
    if (delta !== 0) changes++;
    deltaBytes += zigzagBytes(delta);
    if (delta < min) min = delta;
    if (delta > max) max = delta;
  }
  const width = count > 1 ? bitLength(max - min) : 0;
  return { changes, deltaBytes, changeBytes: deltaBytes - (count - 1 - changes), min, width };
}

function cheapest(
  { changes, deltaBytes, changeBytes, min, width }: Summary,
  count: number,
): number {
  if (changes === 0) return CODEC.constant;
  const bitmap = Math.ceil((count - 1) / 8);
  const packedBytes =
    width > MAX_PACKED_WIDTH
      ? Number.POSITIVE_INFINITY
      : 1 + zigzagBytes(min) + Math.ceil(((count - 1) * width) / 8);
  const best = Math.min(deltaBytes, packedBytes, bitmap + changeBytes);
  if (best === packedBytes) return CODEC.packed;
  return best === deltaBytes ? CODEC.delta : CODEC.changes;
}

function encodeDeltas(out: ByteWriter, count: number): void {
  for (let i = 1; i < count; i++) out.zigzag(deltas[i] as number);
}

function encodePacked(out: ByteWriter, count: number, { min, width }: Summary): void {
  for (let i = 1; i < count; i++) deltas[i] = (deltas[i] as number) - min;
  out.zigzag(min);
  out.byte(width);
  out.packed(deltas.subarray(1), count - 1, width);
}

function encodeChanges(out: ByteWriter, count: number): void {
  const bitmap = new Uint8Array(Math.ceil((count - 1) / 8));
  for (let i = 1; i < count; i++) {
    const bit = i - 1;
    if (deltas[i] !== 0) bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7));
  }
  out.raw(bitmap);
  for (let i = 1; i < count; i++) if (deltas[i] !== 0) out.zigzag(deltas[i] as number);
}

function encodeHead(out: ByteWriter, head: number, presence: Uint8Array | undefined): void {
  if (presence === undefined) return out.byte(head);
  out.byte(head | SPARSE);
  out.raw(presence);
}

function encodeRaw(
  out: ByteWriter,
  values: Float64Array,
  count: number,
  presence: Uint8Array | undefined,
): void {
  encodeHead(out, CODEC.raw << 4, presence);
  for (let i = 0; i < count; i++) out.float64(values, i);
}

function zigzagBytes(value: number): number {
  const bits = bitLength(value >= 0 ? value * 2 : value * -2 - 1);
  return bits <= 7 ? 1 : Math.ceil(bits / 7);
}

function bitLength(value: number): number {
  return value < 0x1_0000_0000
    ? 32 - Math.clz32(value)
    : 32 + bitLength(Math.floor(value / 0x1_0000_0000));
}
