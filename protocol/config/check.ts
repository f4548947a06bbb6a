/**
 * A tree of values against the schema: every problem at once, and for a clean tree the typed
 * configuration with defaults filled in and quantities as numbers.
 *
 * A validator of our own, since it speaks to people (nearest key, units, where a secret belongs)
 * and since ajv alone would be a third of what the agent may load; `test/contract` holds it
 * against ajv.
 */
import { nearest } from './nearest.ts';
import type { Finding } from './problem.ts';
import { finding } from './problem.ts';
import { checkScalar, shown } from './scalar.ts';
import type { Infer, Schema, SchemaNode } from './schema.ts';

type Keys = readonly string[];

export type Tree = Readonly<Record<string, unknown>>;

export interface Checked<T> {
  /** Present when there are no problems. */
  readonly value: T | undefined;
  readonly problems: readonly Finding[];
}

export interface CheckRules {
  /** Whether the value at these keys came from the environment, where secrets are welcome. */
  readonly fromEnvironment?: (keys: Keys) => boolean;
}

export function check<S extends Schema<unknown>>(
  schema: S,
  tree: unknown,
  rules: CheckRules = {},
): Checked<Infer<S>> {
  const walk = new Walk(rules);
  const value = walk.node(tree ?? undefined, schema, []);
  const clean = walk.problems.length === 0;
  return { value: clean ? (value as Infer<S>) : undefined, problems: walk.problems };
}

class Walk {
  readonly problems: Finding[] = [];
  readonly #fromEnvironment: (keys: Keys) => boolean;

  constructor({ fromEnvironment }: CheckRules) {
    this.#fromEnvironment = fromEnvironment ?? (() => false);
  }

  /** `null` is what YAML gives for a key whose value was commented out: not written. */
  node(value: unknown, node: SchemaNode, keys: Keys): unknown {
    const written = value ?? undefined;
    if (written === undefined && node['x-optional'] === true) return undefined;
    if (node.type === 'object') return this.#object(written ?? {}, node, keys);
    if (node.type === 'array') return this.#array(written ?? node.default ?? [], node, keys);
    const effective = written ?? node.default;
    return effective === undefined
      ? undefined
      : checkScalar(effective, node, keys, (problem) => this.problems.push(problem));
  }

  #object(value: unknown, node: SchemaNode, keys: Keys): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#report(finding('wrong-type', keys, `must be a group of keys, not ${shown(value)}`));
      return undefined;
    }
    const tree = value as Tree;
    const known = Object.entries(node.properties ?? {});
    const out: [string, unknown][] = [];
    for (const [key, child] of known) {
      const at = [...keys, key];
      const given = Object.hasOwn(tree, key) ? (tree[key] ?? undefined) : undefined;
      if (given !== undefined && child['x-env-only'] === true && !this.#fromEnvironment(at)) {
        this.#report(secretInFile(at, known));
        continue;
      }
      if (given === undefined && node.required?.includes(key) === true) {
        this.#report(finding('missing', at, 'is needed here and not set'));
        continue;
      }
      const checked = this.node(given, child, at);
      if (checked !== undefined) out.push([key, checked]);
    }
    for (const key of Object.keys(tree)) {
      if (node.properties !== undefined && Object.hasOwn(node.properties, key)) continue;
      const checked = this.#unlisted(key, tree[key], node, keys);
      if (checked !== undefined) out.push([key, checked]);
    }
    return Object.fromEntries(out);
  }

  #unlisted(key: string, value: unknown, node: SchemaNode, keys: Keys): unknown {
    const at = [...keys, key];
    const extra = node.additionalProperties;
    if (typeof extra !== 'object') {
      if (extra !== true) this.#report(unknownKey(at, Object.keys(node.properties ?? {})));
      return extra === true ? value : undefined;
    }
    const pattern = node.propertyNames?.pattern;
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(key)) {
      this.#report(finding('malformed', at, `the key does not match ${pattern}`));
      return undefined;
    }
    return this.node(value, extra, at);
  }

  #array(value: unknown, node: SchemaNode, keys: Keys): unknown {
    if (!Array.isArray(value)) {
      const hint = `write [${shown(value)}]`;
      this.#report(finding('wrong-type', keys, `must be a list, not ${shown(value)}`, hint));
      return undefined;
    }
    const { items } = node;
    if (items === undefined) return value as unknown[];
    return value.map((item: unknown, index) => this.node(item, items, [...keys, String(index)]));
  }

  #report(problem: Finding): void {
    this.problems.push(problem);
  }
}

function unknownKey(keys: Keys, known: readonly string[]): Finding {
  const near = nearest(keys.at(-1) ?? '', known);
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
  return finding('unknown-key', keys, 'no such key', hint);
}

function secretInFile(keys: Keys, siblings: readonly (readonly [string, SchemaNode])[]): Finding {
  const name = `${keys.at(-1) ?? ''}File`;
  const hasFile = siblings.some(([key]) => key === name);
  const hint = hasFile
    ? `put it in a file of its own and name that with ${[...keys.slice(0, -1), name].join('.')}`
    : 'set it in the environment';
  return finding('secret', keys, 'a secret does not belong in this file', hint);
}
