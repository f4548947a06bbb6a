/** The last bytes of a text that comes in pieces. */
export class Tail {
  readonly #most: number;
  #pieces: string[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: string): void {
    const kept = piece.slice(-this.#most);
    this.#pieces.push(kept);
    this.#length += kept.length;
    while (this.#length - (this.#pieces[0]?.length ?? 0) >= this.#most) {
      this.#length -= this.#pieces.shift()?.length ?? 0;
    }
  }

  /** At most so many bytes; the encoder of reports cuts to the byte. */
  text(): string {
    return this.#pieces.join('').slice(-this.#most);
  }
}
