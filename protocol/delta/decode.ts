/**
 * Reads a copy-delta piece by piece. It never holds more than one varint; what it says is within
 * both files, and nothing that it is given makes it throw.
 */
import { LONGEST_FILE, MAGIC, unzigzag, VARINT_BYTES } from './format.ts';

export type DeltaOperation =
  | { readonly kind: 'copy'; readonly from: number; readonly length: number }
  | { readonly kind: 'insert'; readonly bytes: Uint8Array };

export interface DeltaLengths {
  readonly old: number;
  readonly fresh: number;
}

type Want = 'magic' | 'old' | 'fresh' | 'operation' | 'from' | 'bytes';

export class DeltaDecoder {
  readonly #lengths: DeltaLengths;
  #want: Want = 'magic';
  #seen = 0;
  #value = 0;
  #scale = 1;
  #digits = 0;
  #length = 0;
  #end = 0;
  #left: number;
  #wrong: string | undefined;

  /** The lengths of both files as they are known from elsewhere. */
  constructor(lengths: DeltaLengths) {
    this.#lengths = lengths;
    this.#left = lengths.fresh;
  }

  /** What this delta is not; nothing comes out of it from then on. */
  get wrong(): string | undefined {
    return this.#wrong;
  }

  get isWhole(): boolean {
    return (
      this.#wrong === undefined &&
      this.#want === 'operation' &&
      this.#left === 0 &&
      this.#digits === 0
    );
  }

  *push(bytes: Uint8Array): Generator<DeltaOperation> {
    let at = 0;
    while (at < bytes.length && this.#wrong === undefined) {
      if (this.#want === 'bytes') {
        const piece = bytes.subarray(at, at + this.#length);
        at += piece.length;
        this.#length -= piece.length;
        if (this.#length === 0) this.#want = 'operation';
        yield { kind: 'insert', bytes: piece };
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (this.#want === 'magic') this.#magic(byte);
      else if (this.#digit(byte)) {
        const value = this.#value;
        this.#value = 0;
        this.#scale = 1;
        this.#digits = 0;
        const copy = this.#number(value);
        if (copy !== undefined) yield copy;
      }
    }
  }

  #magic(byte: number): void {
    if (byte !== MAGIC[this.#seen++]) this.#wrong = 'it does not begin like a delta';
    if (this.#seen === MAGIC.length) this.#want = 'old';
  }

  /** Whether the number is complete. */
  #digit(byte: number): boolean {
    this.#value += (byte & 0x7f) * this.#scale;
    this.#scale *= 0x80;
    this.#digits++;
    if (byte < 0x80) return true;
    if (this.#digits === VARINT_BYTES) this.#wrong = 'a number is too long';
    return false;
  }

  #number(value: number): DeltaOperation | undefined {
    switch (this.#want) {
      case 'old':
        return this.#check(value, this.#lengths.old, 'old', 'fresh');
      case 'fresh':
        return this.#check(value, this.#lengths.fresh, 'new', 'operation');
      case 'operation':
        return this.#operation(value);
      default:
        return this.#copy(value);
    }
  }

  #check(value: number, known: number, which: string, next: Want): undefined {
    if (value !== known || known > LONGEST_FILE)
      this.#wrong = `it is for another ${which} file, of ${value} bytes`;
    this.#want = next;
  }

  #operation(value: number): undefined {
    this.#length = Math.floor(value / 2);
    if (this.#length === 0 || this.#length > this.#left)
      this.#wrong = 'it makes more bytes than it says';
    this.#left -= this.#length;
    this.#want = value % 2 === 0 ? 'from' : 'bytes';
  }

  #copy(value: number): DeltaOperation | undefined {
    const from = this.#end + unzigzag(value);
    const length = this.#length;
    if (from < 0 || from + length > this.#lengths.old) {
      this.#wrong = 'it copies from outside of the old file';
      return undefined;
    }
    this.#end = from + length;
    this.#want = 'operation';
    return { kind: 'copy', from, length };
  }
}
