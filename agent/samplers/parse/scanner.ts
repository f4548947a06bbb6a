/**
 * Walks the kernel's tables word by word without splitting the whole text. The sampling cycle runs
 * a few times a minute, mostly in V8's interpreter, so the searching is left to `indexOf`, which is
 * native code from the first call on.
 */
const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;

export class Scanner {
  readonly text: string;
  /** Where the next word of the current line is searched. */
  at = 0;
  #lineEnd: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
    this.#lineEnd = endOfLine(text, at);
  }

  /** True when no line is left. */
  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** Moves to the start of the next line. */
  nextLine(): void {
    this.at = this.#lineEnd + 1;
    this.#lineEnd = endOfLine(this.text, this.at);
  }

  /** The rest of the current line; the position does not move. */
  rest(): string {
    return this.text.slice(this.at, this.#lineEnd);
  }

  /** Next word of the current line, `''` when there is none left. Columns are parted by spaces. */
  word(): string {
    const { text } = this;
    let start = this.at;
    while (start < this.#lineEnd && isBlank(text.charCodeAt(start))) start += 1;
    let end = text.indexOf(' ', start);
    if (end === -1 || end > this.#lineEnd) end = this.#lineEnd;
    this.at = end;
    return text.slice(start, end);
  }

  /** Next word as a number; NaN when it is none or there is none. */
  number(): number {
    const word = this.word();
    return word === '' ? Number.NaN : Number(word);
  }

  /** Passes over `count` words. */
  skip(count: number): void {
    for (let left = count; left > 0; left -= 1) this.word();
  }
}

/** Where the first line that begins with `start` begins, searched from `from` on; -1 when none. */
export function lineStarting(text: string, start: string, from = 0): number {
  let at = text.indexOf(start, from);
  while (at > 0 && text.charCodeAt(at - 1) !== NEWLINE) at = text.indexOf(start, at + 1);
  return at;
}

/** The words of a text or line, parted by any white space. For small texts. */
export function words(text: string): string[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
