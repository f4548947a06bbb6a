/** The chunked coding of a body (RFC 9112 7.1). Extensions and trailers are read over. */

type Phase = 'size' | 'data' | 'gap' | 'trailer' | 'whole';

/** Of a line with a size or a trailer. */
const MOST_LINE_BYTES = 8192;
const SIZE = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i;
const LF = 0x0a;

export class ChunkReader {
  readonly kind = 'chunks';
  #phase: Phase = 'size';
  #left = 0;
  /** The beginning of a line that has not ended. */
  #line = '';

  /** Whether the body is whole. Throws when this is no chunked body. */
  push(piece: Buffer, data: (bytes: Buffer) => void): boolean {
    let at = 0;
    while (at < piece.length && this.#phase !== 'whole') {
      at = this.#phase === 'data' ? this.#pass(piece, at, data) : this.#readLine(piece, at);
    }
    return this.#phase === 'whole';
  }

  #pass(piece: Buffer, at: number, data: (bytes: Buffer) => void): number {
    const bytes = piece.subarray(at, at + this.#left);
    this.#left -= bytes.length;
    if (this.#left === 0) this.#phase = 'gap';
    data(bytes);
    return at + bytes.length;
  }

  #readLine(piece: Buffer, at: number): number {
    const end = piece.indexOf(LF, at);
    this.#line += piece.toString('latin1', at, end < 0 ? piece.length : end);
    if (this.#line.length > MOST_LINE_BYTES) throw notHttp();
    if (end < 0) return piece.length;
    this.#judge(this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line);
    this.#line = '';
    return end + 1;
  }

  #judge(line: string): void {
    if (this.#phase === 'trailer') {
      if (line === '') this.#phase = 'whole';
    } else if (this.#phase === 'gap') {
      if (line !== '') throw notHttp();
      this.#phase = 'size';
    } else {
      const size = SIZE.exec(line)?.[1];
      if (size === undefined) throw notHttp();
      this.#left = Number.parseInt(size, 16);
      this.#phase = this.#left === 0 ? 'trailer' : 'data';
    }
  }
}

export function notHttp(): Error {
  return new Error('the answer is not HTTP');
}
