/**
 * Roles that the targets role hands part of its word to: who may sign which releases. One level: a
 * delegated role delegates nothing here, though devices would follow.
 */

import type { JsonObject } from '../../../protocol/tuf/json.ts';
import { keyId, keyObject } from '../../../protocol/tuf/keys.ts';
import { type Signers, type Targets, TOP_ROLES } from '../../../protocol/tuf/metadata.ts';
import { isDelegated, isPattern } from '../../../protocol/tuf/paths.ts';
import { readDelegations } from '../../../protocol/tuf/read-targets.ts';
import type { TargetMap } from './catalog.ts';
import { targetsOf } from './catalog.ts';
import { type RoleKeys, roleObject } from './compose.ts';
import { type Draft, missing } from './envelope.ts';

export type Delegations = Targets['delegations'];

/** Metadata of delegated roles, by name. */
export interface Delegates {
  readonly published: ReadonlyMap<string, Draft>;
  readonly staged: ReadonlyMap<string, Draft>;
}

export interface DelegationWanted extends RoleKeys {
  readonly name: string;
  readonly paths: readonly string[];
}

const NAME = /^[a-z0-9_-][a-z0-9._-]{0,63}$/;

export function delegationsOf(targets: Draft | undefined): Delegations {
  return readDelegations(targets?.signed['delegations']);
}

/** Names of packages become patterns of their files; anything with a `/` is a pattern already. */
export function patternOf(text: string): string {
  return text.includes('/') ? text : `${text}/*/*`;
}

/** The delegations with one of them new or changed. */
export function withDelegation(
  all: Delegations,
  wanted: DelegationWanted,
): JsonObject | { readonly problem: string } {
  const { name, keys, threshold, paths } = wanted;
  const isTop = (TOP_ROLES as readonly string[]).includes(name);
  if (!NAME.test(name) || isTop) return { problem: `${name} is no name for a delegated role` };
  const bad = paths.find((path) => !isPattern(path));
  if (bad !== undefined) return { problem: `${bad} is no pattern: names with * and ?` };
  if (paths.length === 0) return { problem: 'a role needs at least one pattern' };
  if (new Set(keys).size !== keys.length) return { problem: 'a key is named twice' };
  if (threshold < 1 || keys.length < threshold)
    return { problem: `${name} asks for ${threshold} signatures and has ${keys.length} keys` };
  const rest = documentOf(without(all, name));
  const role = { ...roleObject({ keys, threshold }), name, paths, terminating: true };
  const roles = rest['roles'] as readonly JsonObject[];
  const known = rest['keys'] as JsonObject;
  const own = Object.fromEntries(keys.map((key) => [keyId(key), keyObject(key)]));
  return { keys: { ...known, ...own }, roles: [...roles, role as unknown as JsonObject] };
}

export function withoutDelegation(all: Delegations, name: string): JsonObject | undefined {
  const rest = without(all, name);
  return rest.roles.length === 0 ? undefined : documentOf(rest);
}

/** As it stands in metadata; `undefined` when there is none. */
export function delegationsDocument(all: Delegations): JsonObject | undefined {
  return all.roles.length === 0 ? undefined : documentOf(all);
}

export function delegatedSigners(all: Delegations, name: string): Signers | undefined {
  const role = all.roles.find((one) => one.name === name);
  return role && { keyids: role.keyids, threshold: role.threshold, keys: all.keys };
}

/** Paths that the role may not speak for: devices would never look there. */
export function strays(
  all: Delegations,
  name: string,
  paths: readonly string[],
): readonly string[] {
  const role = all.roles.find((one) => one.name === name);
  return paths.filter((path) => role === undefined || !isDelegated(role, path));
}

/** What devices find: the top role's word goes before those of the roles. */
export function allTargets(
  top: Draft | undefined,
  delegates: ReadonlyMap<string, Draft>,
): TargetMap {
  const roles = delegationsOf(top);
  const named = roles.roles.flatMap(({ name }) => {
    const draft = delegates.get(name);
    return draft === undefined ? [] : [...Object.entries(targetsOf(draft.signed))];
  });
  return { ...Object.fromEntries(named), ...targetsOf(top?.signed) };
}

export interface DelegatedOutcome {
  /** Whatever the snapshot names: a role that was published once is never left out of it. */
  readonly named: ReadonlyMap<string, Draft>;
  readonly fresh: ReadonlyMap<string, Draft>;
  /** Still to be signed; others need not wait for it. */
  readonly waiting: readonly string[];
}

export function delegatedOutcome(top: Draft, delegates: Delegates): DelegatedOutcome {
  const all = delegationsOf(top);
  const named = new Map(delegates.published);
  const fresh = new Map<string, Draft>();
  const waiting: string[] = [];
  for (const [name, draft] of delegates.staged) {
    const signers = delegatedSigners(all, name);
    const lack = signers === undefined ? undefined : missing(draft, signers);
    if (lack === 0) {
      fresh.set(name, draft);
      named.set(name, draft);
    } else if (lack === undefined) waiting.push(`${name} is not delegated to`);
    else waiting.push(`${name} needs ${lack} more signatures`);
  }
  for (const { name } of all.roles) {
    const signers = delegatedSigners(all, name);
    const there = named.get(name);
    if (signers === undefined || there === undefined || missing(there, signers) === 0) continue;
    waiting.push(`${name}: what is published of it is not signed by its keys any more`);
  }
  return { named, fresh, waiting };
}

function without({ keys, roles }: Delegations, name: string): Delegations {
  const left = roles.filter((one) => one.name !== name);
  const used = new Set(left.flatMap(({ keyids }) => keyids));
  return { roles: left, keys: new Map([...keys].filter(([id]) => used.has(id))) };
}

function documentOf({ keys, roles }: Delegations): JsonObject {
  return {
    keys: Object.fromEntries([...keys].map(([id, key]) => [id, keyObject(key.public)])),
    roles: roles.map(({ name, keyids, threshold, terminating, paths, pathHashPrefixes }) => ({
      ...{ name, keyids, threshold, terminating },
      ...(pathHashPrefixes.length > 0 ? { path_hash_prefixes: pathHashPrefixes } : { paths }),
    })),
  };
}
