/** Trees of configuration: what may be in one, and several laid over each other. */
import { writeTree } from '../../../protocol/cbor/tree.ts';
import type { Tree, TreeValue } from '../../../protocol/messages/tree.ts';

const MAX_TREE_BYTES = 65_536;

/** Objects are joined key by key, anything else is replaced whole by what comes later. */
export function compose(layers: readonly Tree[]): Tree {
  const [first = {}, ...others] = layers;
  return others.reduce(over, first);
}

function over(base: Tree, top: Tree): Tree {
  const joined = new Map<string, TreeValue>(Object.entries(base));
  for (const [key, value] of Object.entries(top)) {
    const below = joined.get(key);
    joined.set(key, isTree(below) && isTree(value) ? over(below, value) : value);
  }
  // Not by assignment: a key named __proto__ is only a key.
  return Object.fromEntries(joined);
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What is wrong with the shape of a tree. What its keys mean is the device's to judge: it alone
 * knows its version, and refuses with paths.
 */
export function treeProblem(value: unknown): string | undefined {
  if (!isTree(value)) return 'config: must be an object of configuration keys';
  try {
    writeTree(value);
  } catch (error) {
    if (error instanceof RangeError) return `config: ${error.message}`;
    throw error;
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= MAX_TREE_BYTES) return undefined;
  return `config: has ${bytes} bytes as JSON, ${MAX_TREE_BYTES} at most`;
}
