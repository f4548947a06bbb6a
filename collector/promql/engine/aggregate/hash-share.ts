/** A number from 0 to 1 that labels alone decide: their xxHash64, in Prometheus' own encoding of them. */
import type { LabelSet } from '../../../core/label-set.ts';
import { xxHash64 } from './xxhash64.ts';

const MAX_UINT64 = 2 ** 64;
const encoder = new TextEncoder();

export function hashShare({ pairs }: LabelSet): number {
  const parts = pairs.map((part) => encoder.encode(part));
  const size = parts.reduce((sum, part) => sum + part.length + sizeLength(part.length), 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    at = putSize(bytes, at, part.length);
    bytes.set(part, at);
    at += part.length;
  }
  return Number(xxHash64(bytes)) / MAX_UINT64;
}

/** One byte, or 255 and three more. */
function sizeLength(size: number): number {
  return size < 255 ? 1 : 4;
}

function putSize(bytes: Uint8Array, at: number, size: number): number {
  if (size < 255) {
    bytes[at] = size;
    return at + 1;
  }
  bytes.set([255, size & 255, (size >> 8) & 255, (size >> 16) & 255], at);
  return at + 4;
}
