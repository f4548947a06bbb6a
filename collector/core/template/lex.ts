/** Template text to tokens, as Go's lexer cuts it. */
import { TemplateError } from './errors.ts';
import { lexQuoted } from './quoted.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'pipe'
  | 'left-paren'
  | 'right-paren'
  | 'string'
  | 'char'
  | 'number'
  | 'bool'
  | 'nil'
  | 'dot'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'keyword'
  | 'other'
  | 'end-of-text';

export interface Token {
  readonly kind: TokenKind;
  readonly at: number;
  /** As written. */
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Set('block break continue define else end if range template with'.split(' '));
const SPACE = /[ \t\r\n]/;
const NAME = /[\p{L}\p{Nd}_]/u;
// Every single-character token.
const MARKS: Readonly<Record<string, TokenKind>> = {
  ',': 'comma',
  '|': 'pipe',
  '=': 'assign',
  '(': 'left-paren',
  ')': 'right-paren',
};
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[bB][01_]+|0[oO][0-7_]+|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)/y;

export function lex(name: string, text: string): readonly Token[] {
  return new Lexer(name, text).run();
}

class Lexer {
  private readonly name: string;
  private readonly text: string;
  private readonly tokens: Token[] = [];
  private at = 0;
  private line = 1;
  private parens = 0;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  run(): readonly Token[] {
    let trimsNext = false;
    while (true) {
      const open = this.text.indexOf('{{', this.at);
      const end = open === -1 ? this.text.length : open;
      const trims = open !== -1 && this.trimsLeft(open);
      this.lexText(end, trimsNext, trims);
      if (open === -1) break;
      trimsNext = this.lexAction(trims);
    }
    this.emit('end-of-text', this.at);
    return this.tokens;
  }

  private trimsLeft(open: number): boolean {
    return this.text[open + 2] === '-' && SPACE.test(this.text[open + 3] ?? '');
  }

  private lexText(end: number, trimStart: boolean, trimEnd: boolean): void {
    let from = this.at;
    let to = end;
    if (trimStart) while (from < to && SPACE.test(this.text[from] ?? '')) from += 1;
    if (trimEnd) while (to > from && SPACE.test(this.text[to - 1] ?? '')) to -= 1;
    this.skipTo(from);
    if (to > from) this.emit('text', to);
    this.skipTo(end);
  }

  /** Whether the text behind it loses the space in front. */
  private lexAction(trims: boolean): boolean {
    const start = this.at;
    const inside = start + (trims ? 4 : 2);
    if (
      this.text.startsWith('/*', trims ? start + 3 : start + 2) ||
      this.text.startsWith('/*', inside)
    ) {
      return this.lexComment(this.text.indexOf('/*', start));
    }
    this.emit('open', start + 2);
    this.skipTo(inside);
    this.parens = 0;
    while (true) {
      const { at, text } = this;
      if (text.startsWith('}}', at)) return this.close(at, 2, false);
      if (SPACE.test(text[at] ?? '') && text.startsWith('-}}', this.spaceEnd())) {
        this.skipTo(this.spaceEnd());
        return this.close(this.at, 3, true);
      }
      this.lexInside();
    }
  }

  private close(at: number, length: number, trims: boolean): boolean {
    if (this.parens > 0) throw this.error('unclosed left paren');
    this.emit('close', at + length);
    return trims;
  }

  private lexComment(from: number): boolean {
    const end = this.text.indexOf('*/', from + 2);
    if (end === -1) throw this.error('unclosed comment');
    this.skipTo(end + 2);
    const trims = /^[ \t\r\n]-\}\}/.test(this.text.slice(this.at, this.at + 4));
    if (!trims && !this.text.startsWith('}}', this.at)) {
      throw this.error('comment ends before closing delimiter');
    }
    this.skipTo(this.at + (trims ? 4 : 2));
    return trims;
  }

  private spaceEnd(): number {
    let end = this.at;
    while (SPACE.test(this.text[end] ?? '')) end += 1;
    return end;
  }

  private lexInside(): void {
    const { at, text } = this;
    const char = text[at];
    if (char === undefined) throw this.error('unclosed action');
    if (SPACE.test(char)) return this.emit('space', this.spaceEnd());
    if (text.startsWith(':=', at)) return this.emit('declare', at + 2);
    if (char === ':') throw this.error('expected :=');
    if (char === '(') this.parens += 1;
    if (char === ')') this.parens -= 1;
    const mark = Object.hasOwn(MARKS, char) ? MARKS[char] : undefined;
    if (mark !== undefined) return this.emit(mark, at + 1);
    if (char === '"' || char === '`' || char === "'") return this.quoted(char);
    if (char === '$') return this.lexName('variable', at + 1);
    const next = text[at + 1] ?? '';
    if (char === '.' && !/[0-9]/.test(next)) {
      return NAME.test(next) ? this.lexName('field', at + 1) : this.emit('dot', at + 1);
    }
    if (/[0-9.]/.test(char) || (/[+-]/.test(char) && /[0-9.]/.test(next))) return this.lexNumber();
    if (NAME.test(this.charAt(at))) return this.lexName('identifier', at);
    // The parser will say where it did not expect it.
    if (/[!-~]/.test(char)) return this.emit('other', at + 1);
    throw this.error(`unrecognized character in action: ${unicode(this.charAt(at))}`);
  }

  private charAt(at: number): string {
    const code = this.text.codePointAt(at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  private quoted(quote: string): void {
    const end = lexQuoted(this.text, this.at, quote);
    if (end === undefined) {
      const what =
        quote === '"'
          ? 'quoted string'
          : quote === '`'
            ? 'raw quoted string'
            : 'character constant';
      throw this.error(`unterminated ${what}`);
    }
    this.emit(quote === "'" ? 'char' : 'string', end);
  }

  private lexNumber(): void {
    NUMBER.lastIndex = this.at;
    NUMBER.exec(this.text);
    const end = NUMBER.lastIndex;
    if (NAME.test(this.charAt(end))) {
      throw this.error(`bad number syntax: ${JSON.stringify(this.text.slice(this.at, end + 1))}`);
    }
    this.emit('number', end);
  }

  private lexName(kind: TokenKind, from: number): void {
    let end = from;
    for (let char = this.charAt(end); char !== '' && NAME.test(char); char = this.charAt(end)) {
      end += char.length;
    }
    const next = this.charAt(end);
    if (next !== '' && !/[\s.,|:=()}]/.test(next))
      throw this.error(`bad character ${unicode(next)}`);
    this.emit(kind === 'identifier' ? wordKind(this.text.slice(this.at, end)) : kind, end);
  }

  private emit(kind: TokenKind, end: number): void {
    this.tokens.push({ kind, at: this.at, text: this.text.slice(this.at, end), line: this.line });
    this.skipTo(end);
  }

  private skipTo(end: number): void {
    for (; this.at < end; this.at += 1) if (this.text[this.at] === '\n') this.line += 1;
  }

  private error(message: string): TemplateError {
    return new TemplateError('parse', `template: ${this.name}:${this.line}: ${message}`);
  }
}

function wordKind(word: string): TokenKind {
  if (word === 'true' || word === 'false') return 'bool';
  if (word === 'nil') return 'nil';
  return KEYWORDS.has(word) ? 'keyword' : 'identifier';
}

function unicode(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${hex} '${char}'`;
}
