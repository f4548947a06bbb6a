/** A command's output in pieces that fit a message each, up to a bound that is said when it is met. */

const PIECE_BYTES = 16_384;
const OUTPUT_BYTES = 262_144;

export class OutputPieces {
  readonly #most: number;
  readonly #piece: number;
  #pending = Buffer.alloc(0);
  #taken = 0;
  /** Something was left out. */
  isCut = false;

  constructor(most = OUTPUT_BYTES, piece = PIECE_BYTES) {
    this.#most = most;
    this.#piece = piece;
  }

  /** Full pieces, as far as this text made some. */
  add(text: string): readonly string[] {
    if (this.isCut) return [];
    let bytes = Buffer.from(text, 'utf8');
    const room = this.#most - this.#taken;
    if (bytes.length > room) {
      this.isCut = true;
      bytes = bytes.subarray(0, boundary(bytes, room));
    }
    this.#taken += bytes.length;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const pieces: string[] = [];
    while (this.#pending.length >= this.#piece) pieces.push(this.#shift());
    return pieces;
  }

  /** What is not sent yet; `undefined` when there is nothing. */
  rest(): string | undefined {
    return this.#pending.length === 0 ? undefined : this.#shift();
  }

  #shift(): string {
    const end = boundary(this.#pending, Math.min(this.#piece, this.#pending.length));
    const text = this.#pending.toString('utf8', 0, end);
    this.#pending = this.#pending.subarray(end);
    return text;
  }
}

/** The last place at or before `end` where no character is cut. */
function boundary(bytes: Buffer, end: number): number {
  let at = end;
  while (at > 0 && at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  return at;
}
