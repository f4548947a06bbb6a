/** What remote write needs of protobuf's wire format: fields in order, unknown ones passed over. */

export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export class ProtobufReader {
  private readonly bytes: Buffer;
  private at: number;
  private end: number;
  private wire = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
    this.end = bytes.length;
  }

  /** The number of the next field, 0 at the end. Its value is to be read, or passed with `skip`. */
  field(): number {
    if (this.at >= this.end) return 0;
    const key = this.varint();
    this.wire = key & 7;
    const field = Math.floor(key / 8);
    if (field === 0) throw new ProtobufError('a field has the number 0');
    return field;
  }

  /** Enters a message; `leave` with what it answered goes on behind it. */
  enter(): number {
    const length = this.length();
    const outer = this.end;
    this.end = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  text(): string {
    const length = this.length();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  /** Puts the double's bits where they are wanted: a NaN's payload is not safe in a number. */
  double(into: Uint8Array, offset: number): void {
    this.expect(WIRE.fixed64);
    this.room(8);
    for (let i = 0; i < 8; i++) into[offset + i] = this.bytes[this.at + i] as number;
    this.at += 8;
  }

  /** A signed integer of 64 bits, exact to 2^53. */
  int64(): number {
    this.expect(WIRE.varint);
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) return (high | 0) * 2 ** 32 + (low >>> 0);
    }
    throw new ProtobufError('an integer is longer than 10 bytes');
  }

  skip(): void {
    if (this.wire === WIRE.varint) this.int64();
    else if (this.wire === WIRE.bytes) this.pass(this.length());
    else if (this.wire === WIRE.fixed64) this.pass(8);
    else if (this.wire === WIRE.fixed32) this.pass(4);
    else throw new ProtobufError(`unknown wire type ${this.wire}`);
  }

  private length(): number {
    this.expect(WIRE.bytes);
    const length = this.varint();
    this.room(length);
    return length;
  }

  private varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a key or length is longer than 5 bytes');
  }

  private byte(): number {
    this.room(1);
    return this.bytes[this.at++] as number;
  }

  private pass(length: number): void {
    this.room(length);
    this.at += length;
  }

  private room(length: number): void {
    if (this.at + length > this.end) throw new ProtobufError('the message is cut off');
  }

  private expect(wire: number): void {
    if (this.wire !== wire) {
      throw new ProtobufError(`wire type ${this.wire} where ${wire} was expected`);
    }
  }
}
