/** What differs between two trees, path by path. */
import type { Tree, TreeValue } from '../../../protocol/messages/tree.ts';
import { isTree } from './compose.ts';

export interface Difference {
  /** Dotted. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: TreeValue;
  readonly after?: TreeValue;
}

/** In order of keys. A list is one value, since it is replaced whole. */
export function diff(before: Tree, after: Tree, path = ''): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const at = path === '' ? key : `${path}.${key}`;
    return differences(own(before, key), own(after, key), at);
  });
}

function differences(
  before: TreeValue | undefined,
  after: TreeValue | undefined,
  path: string,
): Difference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, change: 'added', after }];
  if (after === undefined) return [{ path, change: 'removed', before }];
  if (isTree(before) && isTree(after)) return diff(before, after, path);
  return canonical(before) === canonical(after) ? [] : [{ path, change: 'changed', before, after }];
}

/** JSON in which the order of keys does not matter. */
export function canonical(value: TreeValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isTree(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}

function own(tree: Tree, key: string): TreeValue | undefined {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}
