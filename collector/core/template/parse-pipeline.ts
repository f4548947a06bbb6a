/** What stands inside an action: declarations, commands, operands. */
import type { Arg, Command, Pipe } from './ast.ts';
import type { Token, TokenKind } from './lex.ts';
import { parseNumber } from './number.ts';
import { unquote } from './quoted.ts';
import type { Tokens } from './tokens.ts';

const MAX_DEPTH = 100;

// What may begin an operand.
const OPERANDS = new Set<TokenKind>([
  'bool',
  'char',
  'number',
  'dot',
  'field',
  'identifier',
  'nil',
  'string',
  'variable',
  'left-paren',
]);

export class PipelineParser {
  private readonly tokens: Tokens;
  private readonly isFunction: (name: string) => boolean;
  private variables = ['$'];
  private depth = 0;

  constructor(tokens: Tokens, isFunction: (name: string) => boolean) {
    this.tokens = tokens;
    this.isFunction = isFunction;
  }

  /** What is declared from here on is forgotten by `restore`. */
  scope(): number {
    return this.variables.length;
  }

  restore(scope: number): void {
    this.variables.length = scope;
  }

  inNewScope<T>(work: () => T): T {
    const outer = this.variables;
    this.variables = ['$'];
    const result = work();
    this.variables = outer;
    return result;
  }

  pipeline(context: string, end: 'close' | 'right-paren'): Pipe {
    if (++this.depth > MAX_DEPTH) throw this.tokens.error('max expression depth exceeded');
    const { at } = this.tokens.peekSolid();
    const { declared, assigns } = this.declarations(context);
    const commands: Command[] = [];
    for (let token = this.tokens.nextSolid(); token.kind !== end; token = this.tokens.nextSolid()) {
      if (!OPERANDS.has(token.kind)) throw this.tokens.unexpected(token, context);
      this.tokens.back();
      commands.push(this.command());
    }
    this.checkCommands(commands, context);
    this.depth -= 1;
    return { kind: 'pipe', at, declared, assigns, commands };
  }

  private declarations(context: string): Pick<Pipe, 'declared' | 'assigns'> {
    const declared: string[] = [];
    while (this.tokens.peekSolid().kind === 'variable') {
      const variable = this.tokens.nextSolid();
      const spaced = this.tokens.peek().kind === 'space';
      const next = this.tokens.peekSolid();
      if (next.kind === 'declare' || next.kind === 'assign') {
        this.tokens.nextSolid();
        declared.push(variable.text);
        const assigns = next.kind === 'assign';
        if (assigns) for (const name of declared) this.known(name);
        else this.variables.push(...declared);
        return { declared, assigns };
      }
      if (next.kind !== 'comma') {
        this.tokens.back();
        if (spaced && this.tokens.peek().kind !== 'variable') this.tokens.back();
        break;
      }
      this.tokens.nextSolid();
      declared.push(variable.text);
      if (context !== 'range' || declared.length > 1) {
        throw this.tokens.error(`too many declarations in ${context}`);
      }
      if (this.tokens.peekSolid().kind !== 'variable') {
        throw this.tokens.error('range can only initialize variables');
      }
    }
    if (declared.length > 0) throw this.tokens.error(`missing value for ${context}`);
    return { declared: [], assigns: false };
  }

  private checkCommands(commands: readonly Command[], context: string): void {
    if (commands.length === 0) throw this.tokens.error(`missing value for ${context}`);
    for (const [index, { args }] of commands.entries()) {
      const { kind } = args[0];
      if (index > 0 && ['bool', 'dot', 'nil', 'number', 'string'].includes(kind)) {
        throw this.tokens.error(`non executable command in pipeline stage ${index + 1}`);
      }
    }
  }

  private command(): Command {
    const { at } = this.tokens.peekSolid();
    const args: Arg[] = [];
    while (true) {
      this.tokens.peekSolid();
      const operand = this.operand();
      if (operand !== undefined) args.push(operand);
      const token = this.tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'close' || token.kind === 'right-paren') this.tokens.back();
      else if (token.kind === 'pipe') this.expectStage(token);
      else throw this.tokens.unexpected(token, 'operand');
      break;
    }
    const [first, ...rest] = args;
    if (first === undefined) throw this.tokens.error('empty command');
    return { kind: 'command', at, args: [first, ...rest] };
  }

  /** Nothing behind a `|` is a mistake of its own. */
  private expectStage(pipe: Token): void {
    const { kind } = this.tokens.peekSolid();
    if (kind === 'close' || kind === 'right-paren')
      throw this.tokens.error(`missing value for command`);
    if (kind === 'pipe') throw this.tokens.unexpected(pipe, 'operand');
  }

  private operand(): Arg | undefined {
    const term = this.term();
    if (term === undefined) return undefined;
    const names: string[] = [];
    // Errors point at the first field behind the term.
    const { at } = this.tokens.peek();
    while (this.tokens.peek().kind === 'field') names.push(this.tokens.next().text.slice(1));
    if (names.length === 0) return term;
    switch (term.kind) {
      case 'field':
        return { ...term, at, names: [...term.names, ...names] };
      case 'variable':
        return { ...term, at, names: [...term.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        throw this.tokens.error(`unexpected . after term ${JSON.stringify(shownTerm(term))}`);
      default:
        return { kind: 'chain', at, of: term, names };
    }
  }

  private term(): Arg | undefined {
    const token = this.tokens.nextSolid();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.isFunction(text)) throw this.tokens.error(`function "${text}" not defined`);
        return { kind: 'function', at, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, at };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'variable':
        this.known(text);
        return { kind: 'variable', at, name: text, names: [] };
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] };
      case 'char':
      case 'number':
        return { kind: 'number', at, value: this.number(token), text };
      case 'string': {
        const value = unquote(text);
        if (value === undefined) throw this.tokens.error('invalid syntax');
        return { kind: 'string', at, value, quoted: text };
      }
      case 'left-paren':
        return this.pipeline('parenthesized pipeline', 'right-paren');
      default:
        this.tokens.back();
        return undefined;
    }
  }

  private number(token: Token): bigint | number {
    const value = parseNumber(token.text);
    if (value === undefined) throw this.tokens.error(`illegal number syntax: "${token.text}"`);
    return value;
  }

  private known(name: string): void {
    if (!this.variables.includes(name)) throw this.tokens.error(`undefined variable "${name}"`);
  }
}

function shownTerm(term: Arg): string {
  return 'value' in term ? String(term.value) : term.kind === 'nil' ? 'nil' : '.';
}
