/** Reads a selector's text piece by piece; every refusal carries line and column. */
import { QueryError } from './types.ts';

const BLANK = /(?:\s+|#[^\n]*)*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
const CODE_ESCAPE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})/y;

export class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
    this.skipBlank();
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** What comes next, for messages: one word, one sign or the end. */
  get next(): string {
    if (this.atEnd) return 'end of input';
    return JSON.stringify(/[\w:.]+|[^\w\s]/y.exec(this.text.slice(this.position))?.[0] ?? '');
  }

  peek(sign: string): boolean {
    return this.text.startsWith(sign, this.position);
  }

  /** Takes `sign` if it comes next, and the blanks after it. */
  take(sign: string): boolean {
    if (!this.peek(sign)) return false;
    this.position += sign.length;
    this.skipBlank();
    return true;
  }

  /** Takes what the sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.position += found.length;
    this.skipBlank();
    return found;
  }

  /** A quoted string, or `undefined` when none begins here. */
  string(): string | undefined {
    const quote = this.text[this.position];
    if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
    const start = this.position++;
    let value = '';
    for (;;) {
      const char = this.text[this.position];
      if (char === undefined || (char === '\n' && quote !== '`')) {
        this.fail('unterminated quoted string', start);
      }
      this.position++;
      if (char === quote) break;
      value += char === '\\' && quote !== '`' ? this.escape() : char;
    }
    this.skipBlank();
    return value;
  }

  fail(message: string, position = this.position): never {
    const before = this.text.slice(0, position).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new QueryError('bad_data', `${before.length}:${column}: parse error: ${message}`);
  }

  private escape(): string {
    const char = this.text[this.position] ?? '';
    const simple = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
    if (simple !== undefined) {
      this.position++;
      return simple;
    }
    CODE_ESCAPE.lastIndex = this.position;
    const found = CODE_ESCAPE.exec(this.text);
    const octal = found?.[4];
    const code =
      octal === undefined
        ? Number.parseInt(found?.[1] ?? found?.[2] ?? found?.[3] ?? '', 16)
        : Number.parseInt(octal, 8);
    if (found === null || !(code <= 0x10ffff)) this.fail('unknown escape sequence');
    this.position += found[0].length;
    return String.fromCodePoint(code);
  }

  private skipBlank(): void {
    BLANK.lastIndex = this.position;
    this.position += BLANK.exec(this.text)?.[0].length ?? 0;
  }
}
