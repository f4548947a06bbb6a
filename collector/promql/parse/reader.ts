/** The tokens of a text, read from left to right with one of look-ahead, and the limits of nesting. */
import type { Expr, Span } from '../ast.ts';
import { ParseError } from './errors.ts';
import { Lexer } from './lexer.ts';
import { describe, type Token } from './token.ts';

/** Far more than people write, far less than a call stack holds. */
export const MAX_DEPTH = 500;
/** A text of this size is read in well under a tenth of a second. */
export const MAX_TEXT = 262_144;
/** Characters of all patterns together: they are compiled here, and cost far more than other text. */
const MAX_PATTERNS = 32_768;
/** What compiling any pattern costs at least, in characters. */
const PER_PATTERN = 64;

/** A finished part of the tree, and how many levels it has: long chains make trees deep, too. */
export interface Part<T = Expr> {
  readonly expr: T;
  readonly height: number;
}

export class Reader {
  readonly text: string;
  /** What Prometheus has behind feature flags is read too. */
  readonly experimental: boolean;
  private readonly lexer: Lexer;
  private current: Token;
  private ahead: Token | undefined;
  private taken = 0;
  private depth = 0;
  private patterns = 0;

  constructor(text: string, experimental: boolean) {
    this.text = text;
    this.experimental = experimental;
    if (text.length > MAX_TEXT) {
      this.fail(
        { start: 0, end: text.length },
        `expression has ${text.length} characters, at most ${MAX_TEXT} are read`,
      );
    }
    this.lexer = new Lexer(text);
    this.current = this.lexer.next();
  }

  get token(): Token {
    return this.current;
  }

  /** Where the last token that was taken ends. */
  get end(): number {
    return this.taken;
  }

  get atEnd(): boolean {
    return this.current.kind === 'end of input';
  }

  is(kind: string): boolean {
    return this.current.kind === kind;
  }

  /** The kind of the token behind the next one. */
  following(): string {
    this.ahead ??= this.lexer.next();
    return this.ahead.kind;
  }

  take(): Token {
    const token = this.current;
    this.taken = token.end;
    this.current = this.ahead ?? this.lexer.next();
    this.ahead = undefined;
    return token;
  }

  takeIf(kind: string): Token | undefined {
    return this.is(kind) ? this.take() : undefined;
  }

  expect(kind: string, context = '', expected = ''): Token {
    return this.takeIf(kind) ?? this.unexpected(context, expected);
  }

  /** Goes one level down; `leave` comes back. */
  enter(): void {
    this.depth++;
    this.checkDepth(this.depth);
  }

  leave(): void {
    this.depth--;
  }

  checkDepth(depth: number): void {
    if (depth <= MAX_DEPTH) return;
    this.fail(this.current, `expression is nested or chained more than ${MAX_DEPTH} levels deep`);
  }

  /** To be called before a pattern is compiled. */
  countPattern(pattern: string, span: Span): void {
    this.patterns += PER_PATTERN + pattern.length;
    if (this.patterns <= MAX_PATTERNS) return;
    this.fail(
      span,
      `regular expressions have more than ${MAX_PATTERNS} characters in all, ${PER_PATTERN} added for each`,
    );
  }

  unexpected(context = '', expected = ''): never {
    const where = context === '' ? '' : ` in ${context}`;
    const instead = expected === '' ? '' : `, expected ${expected}`;
    this.fail(this.current, `unexpected ${describe(this.current)}${where}${instead}`);
  }

  fail({ start, end }: Span, reason: string): never {
    throw new ParseError(this.text, { start, end }, reason);
  }
}
