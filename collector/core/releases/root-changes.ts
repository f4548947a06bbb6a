/** Who may sign for which role: the first root, and every change of it. */
import type { JsonObject } from '../../../protocol/tuf/json.ts';
import { keyId } from '../../../protocol/tuf/keys.ts';
import { type Root, TOP_ROLES, type TopRole } from '../../../protocol/tuf/metadata.ts';
import { EXPIRES_AFTER_MS, type RootKeys, rootDocument } from './compose.ts';

export interface RoleChange {
  readonly role: TopRole;
  /** Public keys, hexadecimal. */
  readonly add: readonly string[];
  /** Key ids; the beginning will do. */
  readonly remove: readonly string[];
  readonly threshold?: number;
}

export type RootOutcome =
  | { readonly ok: true; readonly document: JsonObject }
  | { readonly ok: false; readonly problem: string };

export function firstRoot(roles: RootKeys, now: number): RootOutcome {
  return checked(roles, 1, now);
}

/** The next root: the one before, with a change. */
export function changedRoot(
  root: Root,
  { role, add, remove, threshold }: RoleChange,
  now: number,
): RootOutcome {
  const roles = rolesOf(root);
  const { keys, threshold: before } = roles[role];
  for (const id of remove) {
    const count = keys.filter((key) => keyId(key).startsWith(id)).length;
    if (count !== 1)
      return { ok: false, problem: `${id} is the beginning of ${count} key ids of ${role}` };
  }
  const kept = keys.filter((key) => !remove.some((id) => keyId(key).startsWith(id)));
  const next = {
    keys: [...kept, ...add.filter((key) => !kept.includes(key))],
    threshold: threshold ?? before,
  };
  return checked({ ...roles, [role]: next }, root.version + 1, now);
}

/** The same keys for another year. */
export function renewedRoot(root: Root, now: number): RootOutcome {
  return checked(rolesOf(root), root.version + 1, now);
}

/** The director's next root: other people, another key of the collector, or the same for another year. */
export function directorRoot(
  root: Root,
  people: { readonly keys: readonly string[]; readonly threshold?: number },
  online: string | undefined,
  now: number,
): RootOutcome {
  const before = rolesOf(root);
  const keys = people.keys.length === 0 ? before.root.keys : people.keys;
  const usual = people.keys.length === 0 ? before.root.threshold : Math.min(2, keys.length);
  const one = online === undefined ? undefined : { keys: [online], threshold: 1 };
  const roles = {
    root: { keys, threshold: people.threshold ?? usual },
    targets: one ?? before.targets,
    snapshot: one ?? before.snapshot,
    timestamp: one ?? before.timestamp,
  };
  return checked(roles, root.version + 1, now);
}

function rolesOf({ roles, keys }: Root): RootKeys {
  const one = (role: TopRole) => ({
    keys: roles[role].keyids.flatMap((id) => keys.get(id)?.public ?? []),
    threshold: roles[role].threshold,
  });
  return {
    root: one('root'),
    targets: one('targets'),
    snapshot: one('snapshot'),
    timestamp: one('timestamp'),
  };
}

function checked(roles: RootKeys, version: number, now: number): RootOutcome {
  for (const role of TOP_ROLES) {
    const { keys, threshold } = roles[role];
    if (new Set(keys).size !== keys.length)
      return { ok: false, problem: `a key of ${role} is named twice` };
    if (threshold < 1 || keys.length < threshold) {
      const problem = `${role} asks for ${threshold} signatures and has ${keys.length} keys`;
      return { ok: false, problem };
    }
  }
  const expires = now + EXPIRES_AFTER_MS.root;
  return { ok: true, document: rootDocument({ version, expires }, roles) };
}
