/**
 * What the collector wants (`desired.config`) laid over the device's own file.
 *
 * It may only set what the schema marks `x-remote`, and only tune what the device itself declares:
 * a name in a dictionary, or a group that is there because somebody wrote it (the kind of a check),
 * cannot be made from afar; a group of nothing but marked keys (thresholds) can. Everything else is refused, and nothing of a refused tree is used.
 */
import { nearest } from './nearest.ts';
import type { Finding } from './problem.ts';
import { finding } from './problem.ts';
import type { SchemaNode } from './schema.ts';

type Keys = readonly string[];
type Group = Readonly<Record<string, unknown>>;

export type OverlaidTree =
  | { readonly ok: true; readonly tree: Group }
  | { readonly ok: false; readonly problems: readonly Finding[] };

const HINT = "may only be set in the device's own file";

/** Lists are replaced whole; `null` takes back what the file says, in favour of the default. */
export function overlayRemote(schema: SchemaNode, own: Group, wanted: Group): OverlaidTree {
  const problems: Finding[] = [];
  const tree = merged(schema, own, wanted, [], false, problems) as Group;
  return problems.length === 0 ? { ok: true, tree } : { ok: false, problems };
}

function merged(
  node: SchemaNode,
  own: unknown,
  wanted: unknown,
  keys: Keys,
  inherited: boolean,
  problems: Finding[],
): unknown {
  const isRemote = inherited || node['x-remote'] === true;
  if (node.type !== 'object' || !isGroup(wanted)) {
    if (!isRemote || node['x-env-only'] === true) problems.push(refusal(keys));
    return wanted;
  }
  const out = new Map(isGroup(own) ? Object.entries(own) : []);
  for (const [key, value] of Object.entries(wanted)) {
    const at = [...keys, key];
    const child = childOf(node, key);
    const undeclared = isRemote ? undefined : whyUndeclared(node, child, own, key);
    if (child === undefined) problems.push(unknownKey(at, node));
    else if (undeclared !== undefined) problems.push(finding('not-remote', at, undeclared, HINT));
    else out.set(key, merged(child, out.get(key), value, at, isRemote, problems));
  }
  return Object.fromEntries(out);
}

/** Why this key may not be spoken of: it would appear by being tuned. */
function whyUndeclared(
  node: SchemaNode,
  child: SchemaNode | undefined,
  own: unknown,
  key: string,
): string | undefined {
  const isListed = isGroup(own) && Object.hasOwn(own, key);
  const isName = !isListedKey(node, key) && typeof node.additionalProperties === 'object';
  if (isName) return isListed ? undefined : 'the device declares nothing of this name';
  const appears = child?.type === 'object' && child['x-optional'] === true;
  if (!appears || isTuning(child)) return undefined;
  return isListed && own[key] !== null ? undefined : 'the device does not declare this';
}

/** Nothing but what may be set: a pair of thresholds, a schedule. An empty group is a switch. */
function isTuning(node: SchemaNode): boolean {
  if (node['x-remote'] === true) return true;
  const children = Object.values(node.properties ?? {});
  return children.length > 0 && children.every(isTuning);
}

function childOf(node: SchemaNode, key: string): SchemaNode | undefined {
  if (isListedKey(node, key)) return node.properties?.[key];
  const extra = node.additionalProperties;
  return typeof extra === 'object' ? extra : undefined;
}

function isListedKey(node: SchemaNode, key: string): boolean {
  return node.properties !== undefined && Object.hasOwn(node.properties, key);
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(keys: Keys): Finding {
  return finding('not-remote', keys, 'the collector may not set this', HINT);
}

function unknownKey(keys: Keys, node: SchemaNode): Finding {
  const near = nearest(keys.at(-1) ?? '', Object.keys(node.properties ?? {}));
  const hint = near === undefined ? undefined : `did you mean ${near}?`;
  return finding('unknown-key', keys, 'no such key', hint);
}
