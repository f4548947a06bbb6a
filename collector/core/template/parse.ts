/** Tokens to trees: text, actions and what they open and close. */
import type { Branch, Node, Pipe } from './ast.ts';
import { lex } from './lex.ts';
import { PipelineParser } from './parse-pipeline.ts';
import { unquote } from './quoted.ts';
import { Tokens } from './tokens.ts';

/** Everything that one text defines; `body` is what stands outside of every `define`. */
export interface ParsedText {
  readonly body: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

interface Ending {
  readonly nodes: readonly Node[];
  /** What ended the list: `else if` and `else with` go on with a branch of their own. */
  readonly by: 'end' | 'else' | 'else-if' | 'else-with';
}

const MAX_DEPTH = 100;

export function parseText(
  name: string,
  text: string,
  isFunction: (name: string) => boolean,
): ParsedText {
  return new Parser(new Tokens(name, lex(name, text)), isFunction).parse();
}

class Parser {
  private readonly tokens: Tokens;
  private readonly pipelines: PipelineParser;
  private readonly defined = new Map<string, readonly Node[]>();
  private loops = 0;
  private depth = 0;

  constructor(tokens: Tokens, isFunction: (name: string) => boolean) {
    this.tokens = tokens;
    this.pipelines = new PipelineParser(tokens, isFunction);
  }

  parse(): ParsedText {
    const body: Node[] = [];
    while (this.tokens.peek().kind !== 'end-of-text') {
      const node = this.textOrAction(true);
      if (node === 'end' || node === 'else') throw this.tokens.error(`unexpected {{${node}}}`);
      if (node !== undefined) body.push(node);
    }
    return { body, defined: this.defined };
  }

  private textOrAction(top: boolean): Node | 'end' | 'else' | undefined {
    const token = this.tokens.next();
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text };
    if (token.kind !== 'open') throw this.tokens.unexpected(token, 'input');
    this.tokens.actionLine = token.line;
    const node = this.action(top);
    this.tokens.actionLine = 0;
    return node;
  }

  private action(top: boolean): Node | 'end' | 'else' | undefined {
    const word = this.tokens.nextSolid();
    if (word.kind !== 'keyword') {
      this.tokens.back();
      const at = this.tokens.peekSolid().at;
      return { kind: 'action', at, pipe: this.pipelines.pipeline('command', 'close') };
    }
    switch (word.text) {
      case 'if':
      case 'with':
      case 'range':
        return this.branch(word.text, word.at);
      case 'block':
        return this.block(word.at);
      case 'template':
        return this.templateCall();
      case 'define':
        if (top) return this.define();
        throw this.tokens.unexpected(word, 'command');
      case 'end':
        this.tokens.expect('close', 'end');
        return 'end';
      case 'else':
        return 'else';
      default:
        return this.jump(word.text as 'break' | 'continue', word.at);
    }
  }

  private jump(kind: 'break' | 'continue', at: number): Node {
    const token = this.tokens.nextSolid();
    if (token.kind !== 'close') throw this.tokens.unexpected(token, `{{${kind}}}`);
    if (this.loops === 0) throw this.tokens.error(`{{${kind}}} outside {{range}}`);
    return { kind, at };
  }

  private branch(kind: Branch['kind'], at: number): Branch {
    const scope = this.pipelines.scope();
    const pipe = this.pipelines.pipeline(kind, 'close');
    const loops = kind === 'range' ? 1 : 0;
    this.loops += loops;
    const { nodes, by } = this.list(true);
    this.loops -= loops;
    const otherwise = this.otherwise(kind, by);
    this.pipelines.restore(scope);
    return { kind, at, pipe, body: nodes, otherwise };
  }

  private otherwise(kind: Branch['kind'], by: Ending['by']): readonly Node[] {
    if (by === 'end') return [];
    if (by === 'else') {
      const rest = this.list(false);
      if (rest.by !== 'end') throw this.tokens.error('expected end; found {{else}}');
      return rest.nodes;
    }
    const next = by === 'else-if' ? 'if' : 'with';
    if (next !== kind) throw this.tokens.error(`unexpected <${next}> in {{else}}`);
    return [this.branch(next, this.tokens.peekSolid().at)];
  }

  private list(mayElse: boolean): Ending {
    if (++this.depth > MAX_DEPTH) throw this.tokens.error('max nesting depth exceeded');
    const nodes: Node[] = [];
    try {
      while (this.tokens.peekSolid().kind !== 'end-of-text') {
        const node = this.textOrAction(false);
        if (node === 'end') return { nodes, by: 'end' };
        if (node === 'else') return { nodes, by: this.elseOf(mayElse) };
        if (node !== undefined) nodes.push(node);
      }
    } finally {
      this.depth -= 1;
    }
    throw this.tokens.error('unexpected EOF');
  }

  private elseOf(mayElse: boolean): Ending['by'] {
    const word = this.tokens.peekSolid();
    if (mayElse && word.kind === 'keyword' && (word.text === 'if' || word.text === 'with')) {
      this.tokens.nextSolid();
      return `else-${word.text}`;
    }
    this.tokens.expect('close', 'else');
    return 'else';
  }

  private define(): undefined {
    const name = this.nameOf('define clause');
    this.tokens.expect('close', 'define clause');
    this.defineAs(name);
  }

  private defineAs(name: string): void {
    const loops = this.loops;
    this.loops = 0;
    const { nodes, by } = this.pipelines.inNewScope(() => this.list(false));
    this.loops = loops;
    if (by !== 'end') throw this.tokens.error('unexpected {{else}} in define clause');
    // As Go: what is defined twice counts, unless the later one is blank.
    if (!this.defined.has(name) || !isBlank(nodes)) this.defined.set(name, nodes);
  }

  private block(at: number): Node {
    const name = this.nameOf('block clause');
    const pipe = this.pipelines.pipeline('block clause', 'close');
    this.defineAs(name);
    return { kind: 'template', at, name, pipe };
  }

  private templateCall(): Node {
    const { at } = this.tokens.peekSolid();
    const name = this.nameOf('template clause');
    let pipe: Pipe | undefined;
    if (this.tokens.nextSolid().kind !== 'close') {
      this.tokens.back();
      pipe = this.pipelines.pipeline('template clause', 'close');
    }
    return { kind: 'template', at, name, pipe };
  }

  private nameOf(context: string): string {
    const token = this.tokens.nextSolid();
    if (token.kind !== 'string') throw this.tokens.unexpected(token, context);
    const name = unquote(token.text);
    if (name === undefined) throw this.tokens.error('invalid syntax');
    return name;
  }
}

/** Nothing but space: such a definition does not replace another. */
export function isBlank(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
}
