/** Keys, roles and what one file of metadata says of others. */
import { dictionary, HEX, integer, list, member, object, text, Unfit } from './fields.ts';
import type { Json } from './json.ts';
import type { Key, MetaFile, Role } from './metadata.ts';

const KEYS = 256;
const HASHES = 8;
const ROLES = 4096;
const LARGEST_METADATA = 64 * 1024 * 1024;
const ALGORITHM = /^[a-z0-9-]{1,32}$/;
const PUBLIC = /^[0-9a-f]{64}$/;
const META_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\.json$/;

/** Keys of kinds that are not known here are left out: they count for nothing. */
export function readKeys(value: Json | undefined): ReadonlyMap<string, Key> {
  const all = dictionary(value, 'keys', KEYS, (entry, keyid): Key | undefined => {
    text(keyid, 'a key id', HEX);
    const key = object(entry, `key ${keyid}`);
    if (member(key, 'keytype') !== 'ed25519' || member(key, 'scheme') !== 'ed25519')
      return undefined;
    const pair = object(member(key, 'keyval'), `keyval of ${keyid}`);
    return { keyid, public: text(member(pair, 'public'), `public part of ${keyid}`, PUBLIC) };
  });
  return new Map([...all].filter((entry): entry is [string, Key] => entry[1] !== undefined));
}

export function readRole(value: Json | undefined, name: string): Role {
  const role = object(value, `role ${name}`);
  const keyids = list(member(role, 'keyids'), `keyids of ${name}`, KEYS).map((keyid) =>
    text(keyid, `a key id of ${name}`, HEX),
  );
  // A key that is named twice would count twice.
  if (new Set(keyids).size !== keyids.length) throw new Unfit(`keyids of ${name} repeat`);
  return { keyids, threshold: integer(member(role, 'threshold'), `threshold of ${name}`, 1, KEYS) };
}

export function readHashes(value: Json | undefined, at: string): ReadonlyMap<string, string> {
  const hashes = dictionary(value, `hashes of ${at}`, HASHES, (hash, name) => {
    text(name, `an algorithm of ${at}`, ALGORITHM);
    return text(hash, `hash of ${at}`, HEX);
  });
  if (!hashes.has('sha256') && !hashes.has('sha512')) {
    throw new Unfit(`hashes of ${at} name neither sha256 nor sha512`);
  }
  return hashes;
}

export function readMetaFile(value: Json | undefined, at: string): MetaFile {
  const file = object(value, at);
  const length = member(file, 'length');
  const hashes = member(file, 'hashes');
  return {
    version: integer(member(file, 'version'), `version of ${at}`, 1, Number.MAX_SAFE_INTEGER),
    ...(length !== undefined && {
      length: integer(length, `length of ${at}`, 1, LARGEST_METADATA),
    }),
    ...(hashes !== undefined && { hashes: readHashes(hashes, at) }),
  };
}

export function readSnapshotMeta(value: Json | undefined): ReadonlyMap<string, MetaFile> {
  return dictionary(value, 'meta', ROLES, (file, name) => {
    text(name, 'a name in meta', META_NAME);
    return readMetaFile(file, name);
  });
}
