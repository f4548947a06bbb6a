/** What differs between two configurations, and which of it waits for a restart. */
import type { SchemaNode } from './schema.ts';
import { isSecret } from './secret.ts';

export interface Change {
  readonly path: string;
  readonly restart: boolean;
}

/**
 * Every leaf that differs, in the schema's order.
 */
export function changes(schema: SchemaNode, before: unknown, after: unknown): readonly Change[] {
  const found: Change[] = [];
  const visit = (node: SchemaNode, a: unknown, b: unknown, keys: string[], inherited: boolean) => {
    const restart = inherited || node['x-restart'] === true;
    if (node.type === 'object' && (isTree(a) || isTree(b))) {
      for (const key of keysOf(node, a, b)) {
        const child = node.properties?.[key] ?? node.additionalProperties;
        const next = typeof child === 'object' ? child : {};
        visit(next, valueAt(a, key), valueAt(b, key), [...keys, key], restart);
      }
    } else if (!same(a, b)) {
      found.push({ path: keys.join('.'), restart });
    }
  };
  visit(schema, before, after, [], false);
  return found;
}

function keysOf(node: SchemaNode, a: unknown, b: unknown): Set<string> {
  return new Set([
    ...Object.keys(node.properties ?? {}),
    ...[a, b].filter(isTree).flatMap(Object.keys),
  ]);
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(tree: unknown, key: string): unknown {
  return isTree(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return isSecret(a) && isSecret(b)
    ? a.reveal() === b.reveal()
    : JSON.stringify(a) === JSON.stringify(b);
}
