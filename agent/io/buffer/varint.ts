/** Small integers in few bytes, for the heads of stored records (up to 2^53 - 1). */

export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

export function pushVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

/** NaN behind the end of the bytes, or when it would not be an exact number. */
export function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; factor < 2 ** 53; factor *= 0x80) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  return Number.NaN;
}

export function pushSigned(out: number[], value: number): void {
  pushVarint(out, value < 0 ? value * -2 - 1 : value * 2);
}

export function readSigned(cursor: Cursor): number {
  const value = readVarint(cursor);
  return value % 2 === 0 ? value / 2 : (value + 1) / -2;
}
