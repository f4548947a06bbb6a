/** Doubles that are no decimals: what changes from one to the next, sorted by weight for deflate. */
import { bitsOf } from './cells.ts';

/** Each double XORed with the one before; then the highest bytes of all, the next, ... */
export function planes(values: Float64Array): Uint8Array {
  const bits = bitsOf(values);
  const bytes = new Uint8Array(values.length * 8);
  for (let i = 0; i < values.length; i++) {
    for (let half = 0; half < 2; half++) {
      const before = i === 0 ? 0 : (bits[i * 2 - 2 + half] as number);
      const word = (bits[i * 2 + half] as number) ^ before;
      for (let b = 0; b < 4; b++)
        bytes[(7 - half * 4 - b) * values.length + i] = (word >>> (b * 8)) & 0xff;
    }
  }
  return bytes;
}

/** Undoes `planes`; `false` when there are not enough bytes. */
export function decodePlanes(bytes: Uint8Array, values: Float64Array): boolean {
  const count = values.length;
  if (bytes.length !== count * 8) return false;
  const bits = bitsOf(values);
  for (let i = 0; i < count; i++) {
    for (let half = 0; half < 2; half++) {
      let word = 0;
      for (let b = 0; b < 4; b++)
        word |= (bytes[(7 - half * 4 - b) * count + i] as number) << (b * 8);
      bits[i * 2 + half] = word ^ (i === 0 ? 0 : (bits[i * 2 - 2 + half] as number));
    }
  }
  return true;
}
