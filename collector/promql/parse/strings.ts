/** Go's string literals: what stands between the quotes, and what it means. */

/** Told where in the text, and what is wrong there. */
export class StringProblem {
  readonly offset: number;
  readonly reason: string;

  constructor(offset: number, reason: string) {
    this.offset = offset;
    this.reason = reason;
  }
}

const NAMED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
/** What may follow the backslash: how many digits, of which base, and the largest value. */
const CODES: Readonly<Record<string, readonly [digits: number, base: number, most: number]>> = {
  x: [2, 16, 0xff],
  u: [4, 16, 0x10ffff],
  U: [8, 16, 0x10ffff],
};
const OCTAL = [3, 8, 0xff] as const;

/** Offset behind the literal whose quote stands at `start`. */
export function endOfString(text: string, start: number): number | StringProblem {
  const mark = text[start];
  if (mark === '`') {
    const end = text.indexOf('`', start + 1);
    return end < 0 ? new StringProblem(start, 'unterminated raw string') : end + 1;
  }
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i];
    if (char === mark) return i + 1;
    if (char === '\n') break;
    if (char === '\\') {
      const found = escapeAt(text, i, mark ?? '');
      if (found instanceof StringProblem) return found;
      i = found.end - 1;
    }
  }
  return new StringProblem(start, 'unterminated quoted string');
}

/** The meaning of a literal that `endOfString` found whole. */
export function unquote(literal: string): string {
  const mark = literal[0] ?? '';
  const inner = literal.slice(1, -1);
  if (mark === '`' || !inner.includes('\\')) return inner;
  const parts: string[] = [];
  let bytes: number[] = [];
  let plain = 1;
  for (let i = 1; i < literal.length - 1; i++) {
    if (literal[i] !== '\\') {
      if (bytes.length > 0) parts.push(decoded(bytes));
      bytes = [];
      continue;
    }
    if (plain < i) parts.push(literal.slice(plain, i));
    const found = escapeAt(literal, i, mark);
    if (found instanceof StringProblem) break;
    if (found.byte) bytes.push(found.code);
    else {
      if (bytes.length > 0) parts.push(decoded(bytes));
      bytes = [];
      parts.push(String.fromCodePoint(found.code));
    }
    plain = found.end;
    i = plain - 1;
  }
  if (bytes.length > 0) parts.push(decoded(bytes));
  parts.push(literal.slice(plain, -1));
  return parts.join('');
}

/** `\xc3\xa4` is one letter; what is no UTF-8 becomes the replacement character. */
function decoded(bytes: readonly number[]): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

interface Escape {
  readonly code: number;
  /** Written as a byte, not as a character. */
  readonly byte: boolean;
  readonly end: number;
}

function escapeAt(text: string, start: number, mark: string): Escape | StringProblem {
  const letter = text[start + 1];
  if (letter === undefined) return new StringProblem(start, 'escape sequence not terminated');
  const named = letter === mark ? mark : own(NAMED, letter);
  if (named !== undefined) return { code: named.charCodeAt(0), byte: false, end: start + 2 };
  const octal = letter >= '0' && letter <= '7';
  const form = octal ? OCTAL : own(CODES, letter);
  if (form === undefined) {
    return new StringProblem(start, `unknown escape sequence ${unicodeName(text, start + 1)}`);
  }
  return codeAt(text, start + (octal ? 1 : 2), form);
}

function codeAt(
  text: string,
  first: number,
  [digits, base, most]: readonly [number, number, number],
): Escape | StringProblem {
  let code = 0;
  for (let i = first; i < first + digits; i++) {
    const digit = Number.parseInt(text[i] ?? '', base);
    if (Number.isNaN(digit)) {
      const reason =
        i >= text.length
          ? 'escape sequence not terminated'
          : `illegal character ${unicodeName(text, i)} in escape sequence`;
      return new StringProblem(i, reason);
    }
    code = code * base + digit;
  }
  if (code > most || (code >= 0xd800 && code < 0xe000)) {
    return new StringProblem(first, 'escape sequence is an invalid Unicode code point');
  }
  return { code, byte: most === 0xff, end: first + digits };
}

/** `U+0071 'q'` */
function unicodeName(text: string, offset: number): string {
  const code = text.codePointAt(offset) ?? 0;
  const digits = code.toString(16).toUpperCase().padStart(4, '0');
  return `U+${digits} '${String.fromCodePoint(code)}'`;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
