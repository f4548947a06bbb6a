/**
 * Snappy's block format, read only. The length that a block declares is bounded before anything is
 * allocated, every copy is checked against both ends, and each step consumes input, so that hostile
 * bytes end soon.
 */

/** `undefined` when the bytes are no snappy block; `too-large` when it declares more than allowed. */
export function unsnap(input: Uint8Array, maxBytes: number): Uint8Array | 'too-large' | undefined {
  const head = readLength(input);
  if (head === undefined) return undefined;
  if (head.length > maxBytes) return 'too-large';
  // A copy of 64 bytes takes 3: no block makes much more of its bytes.
  if (head.length > input.length * 32) return undefined;
  const output = new Uint8Array(head.length);
  let at = head.at;
  let done = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    if ((tag & 3) === 0) {
      const more = Math.max(0, (tag >> 2) - 59);
      const length = (more === 0 ? tag >> 2 : littleEndian(input, at, more)) + 1;
      at += more;
      if (at + length > input.length || done + length > output.length) return undefined;
      output.set(input.subarray(at, at + length), done);
      at += length;
      done += length;
    } else {
      const short = (tag & 3) === 1;
      const width = short ? 1 : (tag & 3) === 2 ? 2 : 4;
      const length = short ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const offset = littleEndian(input, at, width) + (short ? (tag >> 5) * 256 : 0);
      at += width;
      if (at > input.length || offset === 0 || offset > done) return undefined;
      if (done + length > output.length) return undefined;
      copy(output, done, offset, length);
      done += length;
    }
  }
  return done === output.length ? output : undefined;
}

function readLength(input: Uint8Array): { length: number; at: number } | undefined {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = input[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (at * 7);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  return undefined;
}

/** Bytes behind the end read as 0: the caller checks the place. */
function littleEndian(input: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (input[at + i] ?? 0);
  return value;
}

/** A copy may reach into what it writes: then it repeats. */
function copy(output: Uint8Array, to: number, offset: number, length: number): void {
  if (offset >= length) output.copyWithin(to, to - offset, to - offset + length);
  else for (let i = to; i < to + length; i++) output[i] = output[i - offset] as number;
}
