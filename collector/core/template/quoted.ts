/** Go's string and character literals, and texts quoted as Go quotes them. */

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Where the literal that begins here ends, or undefined when it does not. */
export function lexQuoted(text: string, from: number, quote: string): number | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === quote) return at + 1;
    if (quote === '`') continue;
    if (char === '\n') return undefined;
    if (char === '\\') at += 1;
  }
  return undefined;
}

const ESCAPED =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"]))|\\|([^\\]+)/gsu;

/** The text of a literal with its quotes on; undefined when an escape is none of Go's. */
export function unquote(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner.replaceAll('\r', '');
  if (!inner.includes('\\')) return inner;
  const bytes: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const [whole, hex, short, long, octal, letter, plain] of inner.matchAll(ESCAPED)) {
    const byte = hex === undefined ? undefined : Number.parseInt(hex, 16);
    const single = byte ?? (octal === undefined ? undefined : Number.parseInt(octal, 8));
    if (single !== undefined) {
      if (single > 255) return undefined;
      bytes.push(Uint8Array.of(single));
      continue;
    }
    const code = Number.parseInt(short ?? long ?? '', 16);
    if (code > 0x10ffff) return undefined;
    if (whole === '\\' || (letter === '"' && literal.startsWith("'"))) return undefined;
    if (letter === "'" && literal.startsWith('"')) return undefined;
    const text = plain ?? (letter === undefined ? String.fromCodePoint(code) : ESCAPES[letter]);
    bytes.push(encoder.encode(text));
  }
  // Bytes first: `\xc3\xa4` is one letter.
  return new TextDecoder().decode(Buffer.concat(bytes));
}

const SHORT: ReadonlyMap<string, string> = new Map(
  Object.entries(ESCAPES)
    .filter(([letter]) => letter !== "'" && letter !== '"')
    .map(([letter, char]) => [char, `\\${letter}`]),
);

/** `strconv.Quote`; `ascii` also writes what is not ASCII as an escape (`%+q`). */
export function quote(text: string, mark = '"', ascii = false): string {
  let out = mark;
  for (const char of text) out += quotedChar(char, mark, ascii);
  return out + mark;
}

function quotedChar(char: string, mark: string, ascii: boolean): string {
  if (char === mark) return `\\${mark}`;
  const short = SHORT.get(char);
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  const printable = char === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char);
  if (printable && !(ascii && code > 0x7e)) return char;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
