/**
 * A growing writer and a bounded reader of the column form: LEB128 varints (7 bits a byte, low
 * first), zigzag for signed integers, doubles little-endian, and bit-packed runs.
 */

/** Integers up to 2^53 take at most eight bytes. */
const MAX_VARINT_BYTES = 8;

export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  length = 0;

  /** A copy of what was written; the writer can be reused after `reset`. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : value * -2 - 1);
  }

  float64(values: Float64Array, index: number): void {
    this.reserve(8);
    // Copied as bits: a NaN's payload is not safe in a JavaScript number.
    const bits = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
    this.view.setUint32(this.length, bits[0] as number, true);
    this.view.setUint32(this.length + 4, bits[1] as number, true);
    this.length += 8;
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** `count` unsigned integers of `width` bits (at most 24), low bits first. */
  packed(values: Float64Array, count: number, width: number): void {
    this.reserve(Math.ceil((count * width) / 8));
    let held = 0;
    let bits = 0;
    for (let i = 0; i < count; i++) {
      held |= (values[i] as number) << bits;
      bits += width;
      while (bits >= 8) {
        this.bytes[this.length++] = held & 0xff;
        held >>>= 8;
        bits -= 8;
      }
    }
    if (bits > 0) this.bytes[this.length++] = held & 0xff;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Reads never pass the end: they answer 0 and `broken` becomes true, to be asked once at the end. */
export class ByteReader {
  pos = 0;
  broken = false;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
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

  varint(): number {
    const first = this.bytes[this.pos];
    if (first === undefined) return this.fail();
    this.pos++;
    return first < 0x80 ? first : this.longVarint(first & 0x7f);
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Copies a double's bits into `values[index]`. */
  float64(bits: Uint32Array, index: number): void {
    if (this.remaining < 8) {
      this.fail();
      return;
    }
    bits[index * 2] = this.view.getUint32(this.pos, true);
    bits[index * 2 + 1] = this.view.getUint32(this.pos + 4, true);
    this.pos += 8;
  }

  /** A view of the next `length` bytes, empty when there are not as many. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) {
      this.fail();
      return new Uint8Array();
    }
    this.pos += length;
    return this.bytes.subarray(this.pos - length, this.pos);
  }

  private longVarint(low: number): number {
    let value = low;
    let factor = 0x80;
    for (let i = 1; i < MAX_VARINT_BYTES; i++) {
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
