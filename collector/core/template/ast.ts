/** The tree of a parsed template. `at` is the offset into the text, in UTF-16 units. */

export type Node =
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipe: Pipe }
  | Branch
  | { readonly kind: 'break' | 'continue'; readonly at: number }
  | TemplateCall;

export interface Branch {
  readonly kind: 'if' | 'with' | 'range';
  readonly at: number;
  readonly pipe: Pipe;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

export interface TemplateCall {
  readonly kind: 'template';
  readonly at: number;
  readonly name: string;
  readonly pipe: Pipe | undefined;
}

export interface Pipe {
  readonly kind: 'pipe';
  readonly at: number;
  /** Names with their `$`. */
  readonly declared: readonly string[];
  /** `=` rather than `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export interface Command {
  readonly kind: 'command';
  readonly at: number;
  readonly args: readonly [Arg, ...Arg[]];
}

export type Arg =
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | {
      readonly kind: 'number';
      readonly at: number;
      readonly value: bigint | number;
      readonly text: string;
    }
  | {
      readonly kind: 'string';
      readonly at: number;
      readonly value: string;
      readonly quoted: string;
    }
  | { readonly kind: 'function'; readonly at: number; readonly name: string }
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  | {
      readonly kind: 'variable';
      readonly at: number;
      readonly name: string;
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'chain';
      readonly at: number;
      readonly of: Arg;
      readonly names: readonly string[];
    }
  | Pipe;

/** As Go writes a node back, for the `at <…>` of its errors. */
export function show(node: Arg | Command): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'function':
      return node.name;
    case 'field':
      return chained(node.names);
    case 'variable':
      return node.name + chained(node.names);
    case 'chain':
      return (node.of.kind === 'pipe' ? `(${show(node.of)})` : show(node.of)) + chained(node.names);
    case 'command':
      return node.args.map((arg) => (arg.kind === 'pipe' ? `(${show(arg)})` : show(arg))).join(' ');
    case 'pipe':
      return declaration(node) + node.commands.map(show).join(' | ');
  }
}

function chained(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('');
}

function declaration({ declared, assigns }: Pipe): string {
  return declared.length === 0 ? '' : `${declared.join(', ')} ${assigns ? '=' : ':='} `;
}

export function showNode(node: Node): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${show(node.pipe)}}}`;
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${show(node.pipe)}`;
      return `{{template ${JSON.stringify(node.name)}${pipe}}}`;
    }
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    default: {
      const otherwise = node.otherwise.length === 0 ? '' : `{{else}}${showAll(node.otherwise)}`;
      return `{{${node.kind} ${show(node.pipe)}}}${showAll(node.body)}${otherwise}{{end}}`;
    }
  }
}

function showAll(nodes: readonly Node[]): string {
  return nodes.map(showNode).join('');
}
