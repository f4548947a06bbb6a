/** Cuts a query's text into tokens, one at a time; what is in braces or brackets has rules of its own. */
import { quote } from '../quote.ts';
import { ParseError } from './errors.ts';
import { quantityAt } from './numbers.ts';
import { endOfString, StringProblem } from './strings.ts';
import type { Token } from './token.ts';
import { isWord, ONLY_BEFORE_PAREN } from './words.ts';

type Signs = ReadonlyMap<string, readonly string[]>;

const BLANK = /(?:[ \t\r\n]+|#[^\r\n]*)+/y;
/** What is above it begins no blank and no comment. */
const HASH = 35;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BEFORE_PAREN = /[ \t\r\n]*\(/y;
const SIGNS = bySign(['==', '!=', '<=', '>=', '</', '>/', ...Array.from('=<>+-*/%^@,(){}[]')]);
const IN_BRACES = bySign(['=~', '!~', '!=', '=', ',', '}']);
/** What stands for itself between brackets; words follow one by one. */
const IN_BRACKETS = bySign(Array.from('+-*/%^,():]'));
const BRACKET_WORDS: ReadonlySet<string> = new Set([
  'step',
  'range',
  'min',
  'max',
  'min_of',
  'max_of',
]);

export class Lexer {
  readonly text: string;
  private position = 0;
  private inside: 'braces' | 'brackets' | undefined;
  private open = 0;
  /** Between brackets: one colon, and not first. */
  private colons: 'too early' | 'one may come' | 'one came' = 'too early';

  constructor(text: string) {
    this.text = text;
  }

  /** The next token; after the last one, `end of input` again and again. */
  next(): Token {
    this.skipBlank();
    if (this.position >= this.text.length) return this.end();
    if (this.inside === 'braces') return this.inBraces();
    return this.inside === 'brackets' ? this.inBrackets() : this.outside();
  }

  private end(): Token {
    if (this.inside === 'braces') this.fail('unexpected end of input inside braces');
    if (this.inside === 'brackets') {
      this.fail('unexpected end of input in duration expression');
    }
    if (this.open > 0) this.fail('unclosed left parenthesis');
    return { kind: 'end of input', text: '', start: this.position, end: this.position };
  }

  private outside(): Token {
    const char = this.char();
    const literal = this.quantity(char) ?? this.string(char);
    if (literal !== undefined) return literal;
    const end = this.match(NAME);
    if (end !== undefined) return this.name(end);
    const sign = this.sign(SIGNS);
    if (sign === undefined) {
      const next = this.text[this.position + 1];
      if (char === '!') this.fail(`unexpected character after '!': ${quoted(next)}`);
      this.fail(`unexpected character: ${quoted(char)}`);
    }
    if (sign === '=' && this.text[this.position + 1] === '~') {
      this.fail("unexpected character after '=': '~'");
    }
    return this.opened(sign);
  }

  /** Keeps count of what was opened and closed by this sign. */
  private opened(sign: string): Token {
    if (sign === '(') this.open++;
    if (sign === ')') this.close();
    if (sign === ']') this.fail("unexpected right bracket ']'");
    if (sign === '}') this.fail("unexpected character: '}'");
    if (sign === '{') this.inside = 'braces';
    if (sign === '[') {
      this.inside = 'brackets';
      this.colons = 'too early';
    }
    return this.token(sign, this.position + sign.length);
  }

  private close(): void {
    this.open--;
    if (this.open < 0) this.failBehind("unexpected right parenthesis ')'");
  }

  private inBraces(): Token {
    const char = this.char();
    const sign = this.sign(IN_BRACES);
    if (sign !== undefined) {
      if (sign === '}') this.inside = undefined;
      return this.token(sign, this.position + sign.length);
    }
    const literal = this.string(char);
    if (literal !== undefined) return literal;
    const end = this.match(LABEL);
    if (end !== undefined) return this.token('identifier', end);
    if (char === '{') this.fail("unexpected left brace '{'");
    if (char === '!') {
      const next = this.text[this.position + 1];
      this.fail(`unexpected character after '!' inside braces: ${quoted(next)}`);
    }
    this.fail(`unexpected character inside braces: ${quoted(char)}`);
  }

  private inBrackets(): Token {
    const char = this.char();
    const length = this.quantity(char) ?? this.bracketWord();
    if (length !== undefined) {
      if (this.colons === 'too early') this.colons = 'one may come';
      return length;
    }
    const sign = this.sign(IN_BRACKETS);
    if (sign === undefined) {
      this.fail(`unexpected character in duration expression: ${quoted(char)}`);
    }
    if (sign === '(') this.open++;
    if (sign === ')') this.close();
    if (sign === ']') this.inside = undefined;
    if (sign === ':') this.colon();
    return this.token(sign, this.position + sign.length);
  }

  private bracketWord(): Token | undefined {
    const end = this.match(LABEL);
    const word = this.text.slice(this.position, end ?? this.position).toLowerCase();
    return end !== undefined && BRACKET_WORDS.has(word) ? this.token(word, end) : undefined;
  }

  private colon(): void {
    if (this.colons === 'too early') {
      this.failBehind('unexpected colon before duration in duration expression');
    }
    if (this.colons === 'one came') {
      this.failBehind('unexpected repeated colon in duration expression');
    }
    this.colons = 'one came';
  }

  private name(end: number): Token {
    const word = this.text.slice(this.position, end);
    const lower = word.toLowerCase();
    if (lower === 'inf' || lower === 'nan') return this.token('number', end);
    if (isWord(lower) && !(ONLY_BEFORE_PAREN.has(lower) && !this.parenAt(end))) {
      return this.token(lower, end);
    }
    return this.token(word.includes(':') ? 'metric identifier' : 'identifier', end);
  }

  private parenAt(position: number): boolean {
    BEFORE_PAREN.lastIndex = position;
    return BEFORE_PAREN.test(this.text);
  }

  private quantity(char: string): Token | undefined {
    const next = this.text[this.position + 1] ?? '';
    if (!isDigit(char) && !(char === '.' && isDigit(next))) return undefined;
    const found = quantityAt(this.text, this.position);
    if (typeof found !== 'number') return this.token(found.kind, found.end);
    const bad = this.text.slice(this.position, found);
    this.fail(`bad number or duration syntax: ${quote(bad)}`);
  }

  private string(char: string): Token | undefined {
    if (char !== '"' && char !== "'" && char !== '`') return undefined;
    const end = endOfString(this.text, this.position);
    if (end instanceof StringProblem) this.fail(end.reason);
    return this.token('string', end);
  }

  private sign(signs: Signs): string | undefined {
    const first = this.text[this.position] ?? '';
    return signs.get(first)?.find((sign) => this.text.startsWith(sign, this.position));
  }

  private token(kind: string, end: number): Token {
    const start = this.position;
    this.position = end;
    return { kind, text: this.text.slice(start, end), start, end };
  }

  private match(pattern: RegExp): number | undefined {
    pattern.lastIndex = this.position;
    return pattern.test(this.text) ? pattern.lastIndex : undefined;
  }

  private char(): string {
    return String.fromCodePoint(this.text.codePointAt(this.position) ?? 0);
  }

  private skipBlank(): void {
    if (this.text.charCodeAt(this.position) > HASH) return;
    this.position = this.match(BLANK) ?? this.position;
  }

  /** Prometheus has the sign behind it when it sees that it may not be there. */
  private failBehind(reason: string): never {
    this.position++;
    this.fail(reason);
  }

  private fail(reason: string): never {
    throw new ParseError(this.text, { start: this.position, end: this.text.length }, reason);
  }
}

/** Signs by their first character, longer ones first. */
function bySign(signs: readonly string[]): Signs {
  const found = new Map<string, string[]>();
  for (const sign of signs) {
    const first = sign[0] ?? '';
    found.set(first, [...(found.get(first) ?? []), sign]);
  }
  return found;
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

/** One character as Go's `%q` shows it. */
function quoted(char: string | undefined): string {
  if (char === undefined) return "'\ufffd'";
  if (char === '"') return `'"'`;
  if (char === "'") return `'\\''`;
  return `'${quote(char).slice(1, -1)}'`;
}
