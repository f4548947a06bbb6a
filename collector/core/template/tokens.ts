/** The parser's place in the tokens, and how it complains about one. */
import { TemplateError } from './errors.ts';
import type { Token, TokenKind } from './lex.ts';
import { quote } from './quoted.ts';

export class Tokens {
  /** Where the action began that is being read; 0 outside of one. */
  actionLine = 0;
  private readonly name: string;
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(name: string, tokens: readonly Token[]) {
    this.name = name;
    this.tokens = tokens;
  }

  peek(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  /** Takes the last token back, with the space before it left read. */
  back(): void {
    this.at -= 1;
  }

  nextSolid(): Token {
    let token = this.next();
    while (token.kind === 'space') token = this.next();
    return token;
  }

  peekSolid(): Token {
    const token = this.nextSolid();
    this.back();
    return token;
  }

  expect(kind: TokenKind, context: string): Token {
    const token = this.nextSolid();
    if (token.kind !== kind) throw this.unexpected(token, context);
    return token;
  }

  unexpected(token: Token, context: string): TemplateError {
    return this.error(`unexpected ${shown(token)} in ${context}`);
  }

  error(message: string): TemplateError {
    const last = this.tokens[Math.min(Math.max(this.at - 1, 0), this.tokens.length - 1)];
    return new TemplateError('parse', `template: ${this.name}:${last?.line ?? 1}: ${message}`);
  }
}

function shown({ kind, text }: Token): string {
  if (kind === 'end-of-text') return 'EOF';
  if (kind === 'keyword') return `<${text}>`;
  return text.length > 10 ? `${quote(text.slice(0, 10))}...` : quote(text);
}
