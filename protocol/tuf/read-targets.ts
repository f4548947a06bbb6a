/** Target files and delegations. */
import { dictionary, flag, integer, list, member, object, text, Unfit } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { type Delegation, type TargetFile, type Targets, TOP_ROLES } from './metadata.ts';
import { isPattern, isTargetPath } from './paths.ts';
import { readHashes, readKeys, readRole } from './read-parts.ts';

const TARGETS = 20_000;
const DELEGATIONS = 256;
const PATTERNS = 256;
/** 1 TiB. */
const LARGEST_TARGET = 2 ** 40;
const ROLE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;
const PREFIX = /^[0-9a-f]{1,64}$/;

export function readTargetFiles(value: Json | undefined): ReadonlyMap<string, TargetFile> {
  return dictionary(value, 'targets', TARGETS, (entry, path) => {
    if (!isTargetPath(path)) throw new Unfit(`${JSON.stringify(path)} is no path of a target`);
    const file = object(entry, path);
    return {
      length: integer(member(file, 'length'), `length of ${path}`, 0, LARGEST_TARGET),
      hashes: readHashes(member(file, 'hashes'), path),
      custom: member(file, 'custom'),
    };
  });
}

export function readDelegations(value: Json | undefined): Targets['delegations'] {
  if (value === undefined) return { keys: new Map(), roles: [] };
  const delegations = object(value, 'delegations');
  const roles = list(member(delegations, 'roles'), 'delegated roles', DELEGATIONS).map((one) =>
    readDelegation(object(one, 'a delegated role')),
  );
  const names = new Set(roles.map(({ name }) => name));
  if (names.size !== roles.length) throw new Unfit('delegated roles repeat');
  return { keys: readKeys(member(delegations, 'keys')), roles };
}

function readDelegation(from: JsonObject): Delegation {
  const name = text(member(from, 'name'), 'name of a delegated role', ROLE_NAME);
  if ((TOP_ROLES as readonly string[]).includes(name))
    throw new Unfit(`${name} cannot be delegated`);
  const texts = (key: string, fits: (value: string) => boolean) => {
    const given = member(from, key);
    if (given === undefined) return undefined;
    return list(given, `${key} of ${name}`, PATTERNS).map((one) => {
      if (typeof one !== 'string' || !fits(one))
        throw new Unfit(`${key} of ${name} cannot be read`);
      return one;
    });
  };
  const paths = texts('paths', isPattern);
  const pathHashPrefixes = texts('path_hash_prefixes', (prefix) => PREFIX.test(prefix));
  if ((paths === undefined) === (pathHashPrefixes === undefined)) {
    throw new Unfit(`${name} needs either paths or path_hash_prefixes`);
  }
  return {
    ...readRole(from, name),
    name,
    terminating: flag(member(from, 'terminating'), `terminating of ${name}`),
    paths: paths ?? [],
    pathHashPrefixes: pathHashPrefixes ?? [],
  };
}
