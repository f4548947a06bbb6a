/**
 * `MUSTER_BROKER_URL` -> `broker.url`: the environment laid over the file.
 *
 * A variable's name is its path in capitals, words apart by `_`. The table is made from the schema,
 * so that there is nothing to guess where a key has two words (`MUSTER_BROKER_PASSWORD_FILE`).
 */
import type { Tree } from './check.ts';
import { nearest } from './nearest.ts';
import type { SchemaNode } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'MUSTER_';
/** Of `muster`, the operator's command; a shell that has them may also start a service. */
const OPERATORS: readonly string[] = ['MUSTER_URL', 'MUSTER_RELEASES', 'MUSTER_PASSPHRASE'];

export interface Overlay {
  /** The file's tree with the environment's values in it. */
  readonly tree: Tree;
  /** Which variable set the value at these keys. */
  variableOf(keys: readonly string[]): string | undefined;
  /** One line for each variable that means nothing to this program. */
  readonly warnings: readonly string[];
}

interface Leaf {
  readonly keys: readonly string[];
  readonly node: SchemaNode;
}

/** `ignored` are variables that mean something elsewhere, e.g. the path of the file itself. */
export function overlayEnvironment(
  schema: SchemaNode,
  file: Tree,
  env: Environment,
  ignored: readonly string[] = [],
): Overlay {
  const { leaves, open } = variables(schema);
  const set = new Map<string, string>();
  const warnings: string[] = [];
  let tree = file;
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX)) continue;
    if (OPERATORS.includes(variable) || ignored.includes(variable)) continue;
    const leaf = leaves.get(variable) ?? openLeaf(open, variable);
    if (leaf === undefined) {
      const near = nearest(variable, [...leaves.keys()]);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      warnings.push(`${variable}: no such setting${hint}`);
    } else if (text !== undefined && text !== '') {
      tree = withValue(tree, leaf.keys, converted(text, leaf.node));
      set.set(JSON.stringify(leaf.keys), variable);
    }
  }
  const variableOf = (keys: readonly string[]) =>
    keys
      .map((_, index) => set.get(JSON.stringify(keys.slice(0, index + 1))))
      .findLast((found) => found !== undefined);
  return { tree, variableOf, warnings };
}

/** Every variable with the path that it sets, for the documents. */
export function variableNames(schema: SchemaNode): ReadonlyMap<string, readonly string[]> {
  return new Map([...variables(schema).leaves].map(([name, { keys }]) => [name, keys]));
}

export function variableName(keys: readonly string[]): string {
  return PREFIX + keys.map(screaming).join('_');
}

function variables(schema: SchemaNode) {
  const leaves = new Map<string, Leaf>();
  const open = new Map<string, Leaf>();
  const visit = (node: SchemaNode, keys: readonly string[]): void => {
    if (node.type !== 'object') {
      leaves.set(variableName(keys), { keys, node });
      return;
    }
    if (typeof node.additionalProperties === 'object') {
      open.set(`${variableName(keys)}_`, { keys, node: node.additionalProperties });
    }
    for (const [key, child] of Object.entries(node.properties ?? {})) visit(child, [...keys, key]);
  };
  visit(schema, []);
  return { leaves, open };
}

/** A key that the user chose (`labels`): its name in lower case. */
function openLeaf(open: ReadonlyMap<string, Leaf>, variable: string): Leaf | undefined {
  for (const [prefix, { keys, node }] of open) {
    const key = variable.slice(prefix.length).toLowerCase();
    if (variable.startsWith(prefix) && key !== '') return { keys: [...keys, key], node };
  }
  return undefined;
}

/** What cannot be converted stays text: the check names it then. */
function converted(text: string, node: SchemaNode): unknown {
  if (node.type === 'boolean') {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    return /^(false|no|off|0)$/i.test(text) ? false : text;
  }
  if (node.type === 'number' || node.type === 'integer') {
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }
  if (node.type !== 'array') return text;
  return text.split(',').map((item) => converted(item.trim(), node.items ?? {}));
}

/** A copy with the value at these keys; whatever stood in the way is left for the check to refuse. */
function withValue(tree: unknown, keys: readonly string[], value: unknown): Tree {
  const [key, ...rest] = keys;
  const old =
    typeof tree === 'object' && tree !== null && !Array.isArray(tree) ? (tree as Tree) : {};
  if (key === undefined) return old;
  const child = Object.hasOwn(old, key) ? old[key] : undefined;
  return { ...old, [key]: rest.length === 0 ? value : withValue(child, rest, value) };
}

function screaming(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
