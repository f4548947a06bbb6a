/**
 * Instants of a chunk as bytes: the first as a zigzag from `base`, then differences of differences
 * as zigzags, where 0 is followed by how many more zeros come: a regular beat costs a few bytes,
 * a jittered one about a byte an instant.
 */
import type { ByteReader } from '../../../protocol/bytes/reader.ts';
import type { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { type Doubles, LASTING } from './slab.ts';

export function encodeTimes(
  out: ByteWriter,
  times: Float64Array,
  from: number,
  to: number,
  base: number,
): void {
  let previous = times[from] as number;
  let step = 0;
  let zeros = 0;
  out.zigzag(previous - base);
  for (let i = from + 1; i < to; i++) {
    const time = times[i] as number;
    const change = time - previous - step;
    step = time - previous;
    previous = time;
    if (change === 0) {
      zeros++;
      continue;
    }
    if (zeros > 0) writeZeros(out, zeros);
    zeros = 0;
    out.zigzag(change);
  }
  if (zeros > 0) writeZeros(out, zeros);
}

function writeZeros(out: ByteWriter, zeros: number): void {
  out.varint(0);
  out.varint(zeros - 1);
}

/** `undefined` when the bytes do not hold `count` strictly ascending instants. */
export function decodeTimes(
  input: ByteReader,
  count: number,
  base: number,
  doubles: Doubles = LASTING,
): Float64Array | undefined {
  const times = doubles.take(count);
  let time = base + input.zigzag();
  let step = 0;
  times[0] = time;
  for (let i = 1; i < count; ) {
    const change = input.zigzag();
    let repeat = change === 0 ? input.varint() + 1 : 1;
    if (input.broken || repeat > count - i) return undefined;
    step += change;
    if (step <= 0) return undefined;
    for (; repeat > 0; repeat--) {
      time += step;
      times[i++] = time;
    }
  }
  return input.broken ? undefined : times;
}
