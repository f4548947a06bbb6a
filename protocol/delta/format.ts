/**
 * A copy-delta: how to make a new file out of an old one. Four bytes `MSD1`, the lengths of both
 * files as varints, then operations until the new length is reached. An operation begins with a
 * varint: its lowest bit says copy (0) or insert (1), the rest how many bytes. A copy goes on with
 * where from, as a zigzag varint counted from the end of the copy before; an insert with its bytes.
 * Which files it is between is said outside, by hashes that are checked before and after. In a
 * repository it is compressed by gzip; one that starts from the empty file is the whole new file,
 * compressed.
 */

export const MAGIC = Uint8Array.of(0x4d, 0x53, 0x44, 0x31);
/** Longest varint: seven bytes hold 49 bits, above any file here. */
export const VARINT_BYTES = 7;
export const LONGEST_FILE = 2 ** 40;
/** SHA-256 of no bytes: the file that every device has. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Bytes of the longest delta for a new file of this length. A copy and the insert before it have
 * two lengths and a place, at most 21 bytes, and stand for at least as many; the rest is the head,
 * one insert more and some room.
 */
export function longestDelta(fresh: number): number {
  return fresh + 64;
}

export function writeVarint(value: number, to: number[]): void {
  let rest = value;
  while (rest >= 0x80) {
    to.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  to.push(rest);
}

export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
