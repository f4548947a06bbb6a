/** Attacks with wrong keys, or with too few of the right ones. */
import { rootDocument } from '../../../../collector/core/releases/compose.ts';
import { draftBytes, signedWith, unsigned } from '../../../../collector/core/releases/envelope.ts';
import type { JsonObject } from '../../../../protocol/tuf/json.ts';
import { type KeyPair, keyObject } from '../../../../protocol/tuf/keys.ts';
import { assigned, DAY, type Keys, manifest, NOW, newKeys, put, rootBytes } from '../world.ts';
import { answer, edition, on, onBoth, settled, type Variant } from './variant.ts';

const ARBITRARY = 'arbitrary-software';
const COMPROMISE = 'key-compromise';

const arbitrary: readonly Variant[] = [
  ...onBoth(ARBITRARY, 'an edition signed by strangers', (world, at) => {
    edition(world, at, 2, { signers: newKeys(2) });
  }),
  ...onBoth(ARBITRARY, 'targets signed by strangers, below honest snapshots', (world, at) => {
    edition(world, at, 2, { signers: { targets: newKeys(2).targets } });
  }),
  ...onBoth(ARBITRARY, 'targets without any signature', (world, at) => {
    edition(world, at, 2, { signers: { targets: [] } });
  }),
  ...onBoth(ARBITRARY, 'a new root signed by strangers', (world, at) => {
    put(world.files[at], '2.root.json', rootBytes(newKeys(), { version: 2 }));
  }),
  ...onBoth(ARBITRARY, 'a timestamp signed with a key that was revoked', (world, at) => {
    const old = world.keys[at];
    const keys = { ...old, timestamp: newKeys().timestamp };
    put(world.files[at], '2.root.json', rootBytes(keys, { version: 2, signers: old.root }));
    edition(world, at, 2);
  }),
  on('director', ARBITRARY, 'the director’s stolen keys assign a file that nobody released', () => {
    const world = settled();
    world.direct(2, { targets: assigned(NOW + 2, [manifest('rootkit', '1.0.0')]) });
    return answer(world, 'director');
  }),
];

const compromise: readonly Variant[] = [
  ...onBoth(COMPROMISE, 'a new root signed by one of two keys', (world, at) => {
    const keys = world.keys[at];
    const signers = keys.root.slice(0, 1);
    put(world.files[at], '2.root.json', rootBytes(keys, { version: 2, signers }));
  }),
  ...onBoth(COMPROMISE, 'a root of new keys, with one signature of the old', (world, at) => {
    const [first] = world.keys[at].root;
    const keys = newKeys();
    const signers = [...keys.root, ...(first === undefined ? [] : [first])];
    put(world.files[at], '2.root.json', rootBytes(keys, { version: 2, signers }));
  }),
  ...onBoth(COMPROMISE, 'one key signs the root twice', (world, at) => {
    const keys = world.keys[at];
    const signed = JSON.parse(
      Buffer.from(rootBytes(keys, { version: 2, signers: keys.root.slice(0, 1) })).toString(),
    ) as { signatures: object[]; signed: object };
    const twice = { ...signed, signatures: [...signed.signatures, ...signed.signatures] };
    put(world.files[at], '2.root.json', Buffer.from(JSON.stringify(twice)));
  }),
  ...onBoth(COMPROMISE, 'the snapshot’s key signs targets', (world, at) => {
    edition(world, at, 2, { signers: { targets: world.keys[at].snapshot } });
  }),
  ...onBoth(COMPROMISE, 'the timestamp’s key signs the snapshot', (world, at) => {
    edition(world, at, 2, { signers: { snapshot: world.keys[at].timestamp } });
  }),
  ...onBoth(COMPROMISE, 'one key under two names in the new root', (world, at) => {
    const keys = world.keys[at];
    put(world.files[at], '2.root.json', rootOfTwoNames(world.keys[at].root[0], keys));
  }),
];

/** The attacker has one of the old keys twice: as itself and below a second id. */
function rootOfTwoNames(stolen: KeyPair | undefined, keys: Keys): Uint8Array {
  if (stolen === undefined) throw new Error('no key');
  const roles = {
    root: { keys: [stolen.public], threshold: 1 },
    targets: { keys: keys.targets.map((key) => key.public), threshold: 1 },
    snapshot: { keys: keys.snapshot.map((key) => key.public), threshold: 1 },
    timestamp: { keys: keys.timestamp.map((key) => key.public), threshold: 1 },
  };
  const document = rootDocument({ version: 2, expires: NOW + 300 * DAY }, roles);
  const second = 'ab'.repeat(32);
  const named: JsonObject = {
    ...document,
    keys: { ...(document['keys'] as JsonObject), [second]: keyObject(stolen.public) },
  };
  const draft = signedWith(unsigned(named), stolen);
  const [first] = draft.signatures;
  const signatures = first === undefined ? [] : [first, { keyid: second, sig: first.sig }];
  return draftBytes({ ...draft, signatures });
}

export const keyAttacks = [...arbitrary, ...compromise];
