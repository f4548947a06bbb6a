/**
 * A growing writer, for CBOR heads (big-endian) and for the column form: LEB128 varints (7 bits a
 * byte, low first), zigzag for signed integers, doubles little-endian, and bit-packed runs.
 */

/** Integers up to 2^53 take at most eight bytes as a varint. */
const MAX_VARINT_BYTES = 8;
/** Largest buffer that is kept for the next message. */
const KEPT_BYTES = 65_536;

export class ByteWriter {
  private bytes = Buffer.allocUnsafeSlow(1024);
  private data = new DataView(this.bytes.buffer);
  length = 0;

  /** A copy of what was written; the writer can be used again after `reset`. */
  take(): Uint8Array {
    return new Uint8Array(this.view());
  }

  /** What was written, until the writer is used again. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.resize(1024);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** An integer from 0 to 2^53 - 1. Others have no varint: the caller's mistake, told at once. */
  varint(value: number): void {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER) || !Number.isInteger(value)) {
      throw new RangeError(`no varint: ${value}`);
    }
    this.reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    let small = rest | 0;
    while (small >= 0x80) {
      this.bytes[this.length++] = (small & 0x7f) | 0x80;
      small >>= 7;
    }
    this.bytes[this.length++] = small;
  }

  zigzag(value: number): void {
    // Half a step would come out as a whole one.
    if (!Number.isInteger(value)) throw new RangeError(`no zigzag: ${value}`);
    this.varint(value >= 0 ? value * 2 : value * -2 - 1);
  }

  /** Copies the bits of `values[index]`: a NaN's payload is not safe in a JavaScript number. */
  float64(values: Float64Array, index: number): void {
    this.reserve(8);
    const bits = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
    this.data.setUint32(this.length, bits[0] as number, true);
    this.data.setUint32(this.length + 4, bits[1] as number, true);
    this.length += 8;
  }

  bigEndian64(value: number): void {
    this.reserve(8);
    this.data.setFloat64(this.length, value);
    this.length += 8;
  }

  /** An unsigned integer in `width` bytes, high byte first. */
  bigEndian(value: number, width: number): void {
    this.reserve(width);
    let rest = value;
    for (let i = this.length + width - 1; i >= this.length; i--) {
      this.bytes[i] = rest % 0x100;
      rest = Math.floor(rest / 0x100);
    }
    this.length += width;
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** UTF-8, without its length. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
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
    this.resize(Math.max(this.bytes.length * 2, this.length + more));
  }

  private resize(size: number): void {
    const resized = Buffer.allocUnsafeSlow(size);
    resized.set(this.bytes.subarray(0, this.length));
    this.bytes = resized;
    this.data = new DataView(resized.buffer);
  }
}
