/**
 * Cuts a feed into its advisories while it comes in: a JSON array, JSON lines, or objects one after
 * the other. Only one of them is in memory at a time.
 */
const OBJECT = { open: 0x7b, close: 0x7d };
const ARRAY = { open: 0x5b, close: 0x5d };
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BETWEEN: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c, 0xfeff]);

export class FeedCutter {
  readonly #mostCharacters: number;
  #text = '';
  /** Where in `text` was looked so far. */
  #at = 0;
  #start = -1;
  #depth = 0;
  #isInText = false;
  #isInArray = false;

  constructor(mostCharacters: number) {
    this.#mostCharacters = mostCharacters;
  }

  /** The objects that this piece completes, each as JSON. */
  *add(piece: string): Generator<string> {
    this.#text += piece;
    for (; this.#at < this.#text.length; this.#at += 1) {
      if (this.#depth === 0) this.#outside(this.#text.charCodeAt(this.#at));
      else if (this.#inside(this.#text.charCodeAt(this.#at))) {
        yield this.#text.slice(this.#start, this.#at + 1);
        this.#start = -1;
      }
    }
    const from = this.#start < 0 ? this.#text.length : this.#start;
    this.#text = this.#text.slice(from);
    this.#at -= from;
    if (this.#start >= 0) this.#start = 0;
    if (this.#text.length > this.#mostCharacters) {
      throw new Error(`an advisory of the feed is longer than ${this.#mostCharacters} characters`);
    }
  }

  /** Throws when the feed broke off. */
  end(): void {
    if (this.#depth > 0 || this.#isInArray) throw new Error('the feed breaks off');
  }

  #outside(code: number): void {
    if (BETWEEN.has(code)) return;
    if (code === OBJECT.open) {
      this.#start = this.#at;
      this.#depth = 1;
    } else if (code === ARRAY.open && !this.#isInArray) this.#isInArray = true;
    else if (code === ARRAY.close && this.#isInArray) this.#isInArray = false;
    else {
      const found = JSON.stringify(this.#text.slice(this.#at, this.#at + 20));
      throw new Error(`the feed is no OSV in JSON: ${found} where an advisory should begin`);
    }
  }

  /** Whether this character ends the object. */
  #inside(code: number): boolean {
    if (this.#isInText) {
      // What follows a backslash is looked at with it: a piece may end between them.
      if (code === BACKSLASH) this.#isEscaped = !this.#isEscaped;
      else {
        if (code === QUOTE && !this.#isEscaped) this.#isInText = false;
        this.#isEscaped = false;
      }
      return false;
    }
    if (code === QUOTE) this.#isInText = true;
    else if (code === OBJECT.open || code === ARRAY.open) this.#depth += 1;
    else if (code === OBJECT.close || code === ARRAY.close) this.#depth -= 1;
    return this.#depth === 0;
  }

  #isEscaped = false;
}
