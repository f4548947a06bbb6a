/** Walks a parsed template: text and values to an output, variables in scopes. */
import { type Branch, type Node, type Pipe, show, showNode, type TemplateCall } from './ast.ts';
import { TemplateError } from './errors.ts';
import { type Calls, Evaluator, type Failure } from './evaluate.ts';
import type { Output } from './output.ts';
import { printed } from './printf.ts';
import { Dict, isTrue, List, type Value } from './values.ts';
import { Variables } from './variables.ts';

export interface Limits {
  /** UTF-16 units of output. */
  readonly output: number;
  /** Templates within templates. */
  readonly depth: number;
  /** Nodes walked, in all. */
  readonly steps: number;
}

export const LIMITS: Limits = { output: 4 << 20, depth: 100, steps: 1_000_000 };

/** One defined template: its tree, and the text that its offsets point into. */
export interface Definition {
  readonly name: string;
  /** The text it was written in, by name; errors name it. */
  readonly source: string;
  readonly text: string;
  readonly body: readonly Node[];
}

export interface Run {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly calls: Calls;
  readonly output: Output;
  readonly limits: Limits;
}

type Jump = 'break' | 'continue' | undefined;

export class Walker {
  private readonly run: Run;
  private readonly definition: Definition;
  private readonly variables: Variables;
  private readonly evaluator: Evaluator;
  private readonly depth: number;
  private readonly counted: { steps: number };

  constructor(
    run: Run,
    definition: Definition,
    variables: Variables,
    depth = 0,
    counted = { steps: 0 },
  ) {
    this.run = run;
    this.definition = definition;
    this.variables = variables;
    this.depth = depth;
    this.counted = counted;
    const fail: Failure = (node, message) => this.error(node.at, show(node), message);
    this.evaluator = new Evaluator(run.calls, variables, fail, () => this.step());
  }

  list(dot: Value, nodes: readonly Node[]): Jump {
    for (const node of nodes) {
      const jump = this.node(dot, node);
      if (jump !== undefined) return jump;
    }
    return undefined;
  }

  private step(): void {
    this.counted.steps += 1;
    if (this.counted.steps > this.run.limits.steps) {
      throw new TemplateError('limit', `template: ${this.definition.source}: too many steps`);
    }
  }

  private node(dot: Value, node: Node): Jump {
    this.step();
    switch (node.kind) {
      case 'text':
        this.run.output.text(node.text);
        return undefined;
      case 'action': {
        const value = this.pipe(dot, node.pipe);
        if (node.pipe.declared.length === 0) this.run.output.value(value);
        return undefined;
      }
      case 'template':
        this.template(dot, node);
        return undefined;
      case 'break':
      case 'continue':
        return node.kind;
      default: {
        const mark = this.variables.mark();
        const jump = node.kind === 'range' ? this.range(dot, node) : this.choose(dot, node);
        this.variables.restore(mark);
        return jump;
      }
    }
  }

  private pipe(dot: Value, pipe: Pipe): Value {
    const value = this.evaluator.pipe(dot, pipe);
    for (const name of pipe.declared) this.set(pipe, name, value);
    return value;
  }

  private set(pipe: Pipe, name: string, value: Value): void {
    if (pipe.assigns) this.variables.set(name, value);
    else this.variables.declare(name, value);
  }

  private choose(dot: Value, node: Branch): Jump {
    const value = this.pipe(dot, node.pipe);
    if (!isTrue(value)) return this.list(dot, node.otherwise);
    return this.list(node.kind === 'with' ? value : dot, node.body);
  }

  private range(dot: Value, node: Branch): Jump {
    const value = this.evaluator.pipe(dot, node.pipe);
    const rows = rowsOf(value);
    if (rows === undefined) {
      throw this.error(node.pipe.at, show(node.pipe), `range can't iterate over ${printed(value)}`);
    }
    const mark = this.variables.mark();
    let any = false;
    for (const [key, item] of rows) {
      any = true;
      this.step();
      const { declared } = node.pipe;
      const values = declared.length === 2 ? [key, item] : [item];
      for (const [at, name] of declared.entries()) this.set(node.pipe, name, values[at]);
      const jump = this.list(item, node.body);
      this.variables.restore(mark);
      if (jump === 'break') break;
    }
    return any ? undefined : this.list(dot, node.otherwise);
  }

  private template(dot: Value, node: TemplateCall): void {
    const called = this.run.definitions.get(node.name);
    if (called === undefined) {
      throw this.error(
        node.at,
        showNode(node),
        `template ${JSON.stringify(node.name)} not defined`,
      );
    }
    if (this.depth >= this.run.limits.depth) {
      throw this.error(node.at, showNode(node), 'exceeded maximum template depth');
    }
    const value = node.pipe === undefined ? undefined : this.pipe(dot, node.pipe);
    const inner = new Variables(value);
    new Walker(this.run, called, inner, this.depth + 1, this.counted).list(value, called.body);
  }

  private error(at: number, shown: string, message: string): TemplateError {
    const { name, source, text } = this.definition;
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
    const place = `${source}:${line}:${column}`;
    return new TemplateError(
      'execute',
      `template: ${place}: executing ${JSON.stringify(name)} at <${shown}>: ${message}`,
    );
  }
}

function rowsOf(value: Value): Iterable<readonly [Value, Value]> | undefined {
  if (value instanceof List)
    return value.items.map((item, index) => [BigInt(index), item] as const);
  if (value instanceof Dict)
    return value.sortedKeys.map((key) => [key, value.entries.get(key)] as const);
  if (typeof value === 'bigint') return counted(value);
  // A nil is empty to range.
  return value === undefined || value === null ? [] : undefined;
}

function* counted(limit: bigint): Generator<readonly [Value, Value]> {
  for (let i = 0n; i < limit; i += 1n) yield [i, i];
}
