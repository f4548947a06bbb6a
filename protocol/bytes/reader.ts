/**
 * The bounded reader of the column form. Reads never pass the end: they answer 0 and `broken`
 * becomes true, to be asked once at the end.
 */
export class ByteReader {
  pos = 0;
  broken = false;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.pos;
  }

  byte(): number {
    const value = this.bytes[this.pos];
    if (value === undefined) return this.fail();
    this.pos++;
    return value;
  }

  /** An integer from 0 to 2^53 - 1 in at most eight bytes. */
  varint(): number {
    const bytes = this.bytes;
    const first = bytes[this.pos];
    if (first === undefined) return this.fail();
    this.pos++;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const next = bytes[this.pos];
      if (next === undefined) return this.fail();
      this.pos++;
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    return this.longVarint(value);
  }

  zigzag(): number {
    const value = this.varint();
    if (value <= 0x3fff_ffff) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Copies a double's bits into `bits[index * 2]` and the one behind it. */
  float64(bits: Uint32Array, index: number): void {
    if (this.remaining < 8) {
      this.fail();
      return;
    }
    bits[index * 2] = this.word(this.pos);
    bits[index * 2 + 1] = this.word(this.pos + 4);
    this.pos += 8;
  }

  /** Passes the next `length` bytes; `false` when there are not as many. */
  skip(length: number): boolean {
    if (length > this.remaining) {
      this.fail();
      return false;
    }
    this.pos += length;
    return true;
  }

  /** The four bytes and more of a varint whose first 28 bits are `low`. */
  /** No DataView for it: one for each of a query's ten thousands of chunks costs more. */
  private word(at: number): number {
    const { bytes } = this;
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
  }

  private longVarint(low: number): number {
    let value = low;
    let factor = 2 ** 28;
    for (let i = 4; i < 8; i++) {
      const next = this.byte();
      value += (next & 0x7f) * factor;
      if (next < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : this.fail();
      factor *= 0x80;
    }
    return this.fail();
  }

  private fail(): number {
    this.broken = true;
    this.pos = this.bytes.length;
    return 0;
  }
}
