/** Trees of configuration: what may be in one, and several laid over each other. */
import type { Tree, TreeValue } from '../../../protocol/messages/tree.ts';

export const MAX_TREE_BYTES = 65_536;
/** Deep enough for every key that a device has, and within what the wire carries. */
const MAX_DEPTH = 6;
const MAX_TEXT_BYTES = 4_096;

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
  const wrong = shapeProblem(value, 'config', 1);
  if (wrong !== undefined) return wrong;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= MAX_TREE_BYTES) return undefined;
  return `config: has ${bytes} bytes as JSON, ${MAX_TREE_BYTES} at most`;
}

function shapeProblem(value: unknown, path: string, depth: number): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') {
    return Buffer.byteLength(value) > MAX_TEXT_BYTES
      ? `${path}: the text is longer than ${MAX_TEXT_BYTES} bytes`
      : undefined;
  }
  if (typeof value === 'number') return numberProblem(value, path);
  if (typeof value !== 'object') return `${path}: is no value of JSON`;
  if (depth > MAX_DEPTH) return `${path}: is nested deeper than ${MAX_DEPTH} levels`;
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((one, index) => [`[${index}]`, one] as const)
    : Object.entries(value).map(([key, one]) => [`.${key}`, one] as const);
  for (const [step, one] of entries) {
    const wrong = shapeProblem(one, path + step, depth + 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function numberProblem(value: number, path: string): string | undefined {
  if (!Number.isFinite(value)) return `${path}: is no finite number`;
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
  return `${path}: is a whole number beyond 2^53`;
}
