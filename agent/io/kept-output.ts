/**
 * What is kept of a program's output: the first bytes of each stream, and the last bytes of both in
 * the order in which they came. However much a program writes, no more than that is held.
 */
import { StringDecoder } from 'node:string_decoder';

export type StreamName = 'stdout' | 'stderr';

export class KeptOutput {
  readonly #heads: Readonly<Record<StreamName, Head>>;
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  readonly #tail: Tail;

  constructor(keepBytes: number) {
    this.#heads = { stdout: new Head(keepBytes), stderr: new Head(keepBytes) };
    this.#tail = new Tail(keepBytes);
  }

  /** The piece as text: without the beginning of a character whose rest is still to come. */
  add(stream: StreamName, piece: Buffer): string {
    this.#heads[stream].add(piece);
    const text = this.#decoders[stream].write(piece);
    this.#tail.add(Buffer.from(text));
    return text;
  }

  head(stream: StreamName): string {
    return this.#heads[stream].text();
  }

  tail(): string {
    return this.#tail.text();
  }
}

class Head {
  readonly #keep: number;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #cut = false;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(piece: Buffer): void {
    const room = this.#keep - this.#bytes;
    if (piece.length > room) this.#cut = true;
    if (room === 0 || piece.length === 0) return;
    // A copy: a view would hold the whole piece that was read.
    const kept = Buffer.from(piece.subarray(0, room));
    this.#pieces.push(kept);
    this.#bytes += kept.length;
  }

  text(): string {
    const decoder = new StringDecoder('utf8');
    const text = decoder.write(Buffer.concat(this.#pieces));
    return this.#cut ? text : text + decoder.end();
  }
}

/** A ring that is as large as what came, up to `keep`. */
class Tail {
  readonly #keep: number;
  #ring = Buffer.alloc(0);
  /** Bytes that ever came. */
  #total = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(piece: Buffer): void {
    this.#grow(this.#total + piece.length);
    const last = this.#keep === 0 ? Buffer.alloc(0) : piece.subarray(-this.#keep);
    let at = (this.#total + piece.length - last.length) % Math.max(1, this.#keep);
    for (let from = 0; from < last.length; ) {
      const copied = last.copy(this.#ring, at, from);
      from += copied;
      at = (at + copied) % this.#keep;
    }
    this.#total += piece.length;
  }

  text(): string {
    if (this.#total <= this.#keep) return this.#ring.toString('utf8', 0, this.#total);
    const at = this.#total % Math.max(1, this.#keep);
    const bytes = Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, at)]);
    let start = 0;
    while (start < bytes.length && isContinuation(bytes[start])) start += 1;
    return bytes.toString('utf8', start);
  }

  /** Nothing wraps before the ring has its full size, so growing only appends. */
  #grow(wanted: number): void {
    if (this.#ring.length >= Math.min(wanted, this.#keep)) return;
    const size = Math.min(this.#keep, Math.max(wanted, this.#ring.length * 2, 256));
    const larger = Buffer.alloc(size);
    this.#ring.copy(larger);
    this.#ring = larger;
  }
}

/** Of a character of several bytes, any but the first. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
