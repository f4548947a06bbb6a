/** Attacks by delegation: a role that one trusts and another does not. */
import { roleObject, targetsDocument } from '../../../../collector/core/releases/compose.ts';
import type { Refusal } from '../../../../protocol/tuf/attacks.ts';
import type { JsonObject } from '../../../../protocol/tuf/json.ts';
import { type KeyPair, keyObject, newKeyPair } from '../../../../protocol/tuf/keys.ts';
import { assigned, DAY, manifest, NOW, released, World } from '../world.ts';
import { APP, answer, on, settled, type Variant } from './variant.ts';

const ATTACK = 'diamond-delegation';
const OTHER = manifest('other', '1.0.0');

interface To {
  readonly name: string;
  readonly keys: readonly KeyPair[];
  readonly threshold?: number;
  readonly paths?: readonly string[];
  readonly terminating?: boolean;
  readonly prefixes?: readonly string[];
}

function delegations(...roles: readonly To[]): JsonObject {
  const keys = roles.flatMap((role) =>
    role.keys.map((key) => [key.keyid, keyObject(key.public)] as const),
  );
  const list = roles.map(
    ({ name, keys: signers, threshold = 1, terminating = false, ...where }) => ({
      name,
      terminating,
      ...roleObject({ keys: signers.map((key) => key.public), threshold }),
      ...(where.prefixes === undefined
        ? { paths: where.paths ?? ['*/*/*'] }
        : { path_hash_prefixes: where.prefixes }),
    }),
  );
  return { keys: Object.fromEntries(keys), roles: list };
}

function roleOf(targets: Parameters<typeof targetsDocument>[1], to?: JsonObject): JsonObject {
  return targetsDocument({ version: 1, expires: NOW + 7 * DAY }, targets, to);
}

/** targets -> b, c; both -> d. `signers` have signed d; c asks for `trusted`. */
function diamond(signers: readonly KeyPair[], first: To, second: To): Refusal | undefined {
  const [b, c] = [newKeyPair(), newKeyPair()];
  const world = settled();
  world.release(2, {
    targets: {},
    delegations: delegations({ name: 'b', keys: [b] }, { name: 'c', keys: [c] }),
    roles: {
      b: { document: roleOf({}, delegations(first)), keys: [b] },
      c: { document: roleOf({}, delegations(second)), keys: [c] },
      d: { document: roleOf(released(OTHER)), keys: signers },
    },
  });
  return answer(world, 'release');
}

/** d was verified for b's path in an earlier check; now a path is asked for that c alone gives to it. */
function remembered(): Refusal | undefined {
  const [b, c, d, revoking] = [newKeyPair(), newKeyPair(), newKeyPair(), newKeyPair()];
  const world = new World();
  world.release(1, {
    targets: {},
    delegations: delegations(
      { name: 'b', keys: [b], paths: ['app/*/*'] },
      { name: 'c', keys: [c], paths: ['other/*/*'] },
    ),
    roles: {
      b: { document: roleOf({}, delegations({ name: 'd', keys: [d] })), keys: [b] },
      c: { document: roleOf({}, delegations({ name: 'd', keys: [revoking] })), keys: [c] },
      d: { document: roleOf(released(APP, OTHER)), keys: [d] },
    },
  });
  world.direct(1, { targets: assigned(NOW + 1, [APP]) });
  const { outcome } = world.check();
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  world.direct(2, { targets: assigned(NOW + 2, [OTHER]) });
  return answer(world, 'release');
}

function directorDelegates(to: JsonObject): Refusal | undefined {
  const world = settled();
  world.direct(2, { targets: {}, delegations: to });
  return answer(world, 'director');
}

const [KEY, SECOND] = [newKeyPair(), newKeyPair()];

export const delegationAttacks: readonly Variant[] = [
  on('release', ATTACK, 'a role that the other delegation has taken the key from', () =>
    diamond([KEY], { name: 'd', keys: [KEY] }, { name: 'd', keys: [SECOND] }),
  ),
  on('release', ATTACK, 'a role of which the other delegation asks for two signatures', () =>
    diamond([KEY], { name: 'd', keys: [KEY] }, { name: 'd', keys: [KEY, SECOND], threshold: 2 }),
  ),
  on('release', ATTACK, 'a role that the other delegation trusts to nobody', () =>
    diamond([KEY], { name: 'd', keys: [KEY] }, { name: 'd', keys: [] }),
  ),
  on('release', ATTACK, 'a role remembered from another delegation', remembered),
  on('director', ATTACK, 'the director hands on all paths', () =>
    directorDelegates(delegations({ name: 'helper', keys: [KEY] })),
  ),
  on('director', ATTACK, 'the director hands on one package, for good', () =>
    directorDelegates(
      delegations({ name: 'helper', keys: [KEY], paths: ['app/*/*'], terminating: true }),
    ),
  ),
  on('director', ATTACK, 'the director hands on by hashes of paths', () =>
    directorDelegates(delegations({ name: 'helper', keys: [KEY], prefixes: ['0', 'f'] })),
  ),
  on('director', ATTACK, 'the director hands on to two', () =>
    directorDelegates(delegations({ name: 'b', keys: [KEY] }, { name: 'c', keys: [SECOND] })),
  ),
];
