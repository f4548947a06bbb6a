/** Looks for a target: first in the top metadata, then down the delegations in their order. */
import { Buffer } from 'node:buffer';
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import type {
  Delegation,
  Signers,
  Snapshot,
  TargetFile,
  Targets,
} from '../../../protocol/tuf/metadata.ts';
import { isDelegated } from '../../../protocol/tuf/paths.ts';
import { mismatch } from '../../../protocol/tuf/verify.ts';
import type { Repository } from './refresh.ts';
import { fetchRole } from './targets.ts';
import type { Arrival, Terms, TrustedSet, Wanted } from './trusted.ts';
import type { Verified } from './verified.ts';

/** Roles that are visited for one target. */
const MOST_ROLES = 32;

export interface Found {
  /** With the delegated roles that were verified on the way. */
  readonly set: TrustedSet;
  /** `undefined`: no role that may speak for this path knows it. */
  readonly outcome: Outcome<TargetFile | undefined>;
}

interface Step {
  readonly delegation: Delegation;
  readonly signers: Signers;
  readonly from: string;
}

export function* findTarget(
  repository: Repository,
  before: TrustedSet,
  terms: Terms,
  path: string,
): Generator<Wanted, Found, Arrival> {
  const { name, root, snapshot } = repository;
  let set = before;
  const here = repository.targets.targets.get(path);
  if (here !== undefined) return { set, outcome: granted(here) };
  const open = stepsOf('targets', repository.targets, path);
  const visited = new Set<string>();
  const trustedBy = new Map<string, string>();
  for (let step = open.shift(); step !== undefined; step = open.shift()) {
    const { delegation, signers, from } = step;
    const edge = `${from}/${delegation.name}`;
    if (visited.has(edge)) continue;
    visited.add(edge);
    if (visited.size > MOST_ROLES) {
      const detail = `more than ${MOST_ROLES} roles lie on the way to ${path}`;
      return { set, outcome: refused('endless-data', `${delegation.name}.json`, detail) };
    }
    // A role is verified anew for each that delegates to it: their keys may differ.
    const source = { repository: name, root, snapshot, set, terms };
    const role: Outcome<Verified<Targets>> = yield* fetchRole(source, delegation.name, signers);
    if (!role.ok) {
      const other = trustedBy.get(delegation.name) ?? earlier(set, snapshot, delegation.name);
      return { set, outcome: diamond(role, step, other) };
    }
    trustedBy.set(delegation.name, from);
    set = { ...set, roles: { ...set.roles, [delegation.name]: role.value.text } };
    const { signed } = role.value.envelope;
    const found = signed.targets.get(path);
    if (found !== undefined) return { set, outcome: granted(found) };
    const deeper = stepsOf(delegation.name, signed, path);
    if (delegation.terminating) open.length = 0;
    open.unshift(...deeper);
  }
  return { set, outcome: granted(undefined) };
}

function stepsOf(from: string, { delegations }: Targets, path: string): Step[] {
  return delegations.roles
    .filter((delegation) => isDelegated(delegation, path))
    .map((delegation) => ({
      delegation,
      from,
      signers: { ...delegation, keys: delegations.keys },
    }));
}

/** The very file was trusted before by way of somebody else. */
function earlier(set: TrustedSet, { meta }: Snapshot, role: string): string | undefined {
  const said = meta.get(`${role}.json`);
  const held = Object.hasOwn(set.roles, role) ? set.roles[role] : undefined;
  if (held === undefined || said?.hashes === undefined) return undefined;
  return mismatch(Buffer.from(held), said) === undefined ? 'an earlier delegation' : undefined;
}

const KEY_TROUBLE: readonly string[] = ['arbitrary-software', 'key-compromise'];

function diamond<T>(
  outcome: Outcome<T> & { readonly ok: false },
  { delegation, from }: Step,
  other: string | undefined,
): Outcome<never> {
  if (other === undefined || !KEY_TROUBLE.includes(outcome.refusal.attack)) return outcome;
  const detail = `signed as ${other} asks for, but not as ${from} does`;
  return refused('diamond-delegation', `${delegation.name}.json`, detail);
}
