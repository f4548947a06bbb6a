/** Reads a file of metadata. Whatever the bytes are: an envelope or a refusal, never an exception. */
import { granted, type Outcome, refused } from './attacks.ts';
import { HEX, integer, list, member, object, text, time, Unfit } from './fields.ts';
import { canonicalBytes, type JsonObject, readJson } from './json.ts';
import type { Envelope, Metadata, MetadataOf, Signature, TopRole } from './metadata.ts';
import { readKeys, readMetaFile, readRole, readSnapshotMeta } from './read-parts.ts';
import { readDelegations, readTargetFiles } from './read-targets.ts';

/** Versions are below 2^53; the director's are UTC milliseconds, about 2^41. */
const MOST_VERSION = Number.MAX_SAFE_INTEGER;
const SPEC = /^1\.\d{1,4}(\.\d{1,4})?$/;
const SIGNATURES = 64;
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function readMetadata<T extends TopRole>(
  type: T,
  bytes: Uint8Array,
  maxBytes: number,
  file: string,
): Outcome<Envelope<MetadataOf<T>>> {
  const json = readJson(bytes, maxBytes, file);
  if (!json.ok) return json;
  try {
    const whole = object(json.value, 'the file');
    const signed = object(member(whole, 'signed'), 'signed');
    const signatures = list(member(whole, 'signatures'), 'signatures', SIGNATURES).map(
      readSignature,
    );
    const said = member(signed, '_type');
    if (said !== type) return refused('malicious-mirror', file, `its type is not ${type}`);
    text(member(signed, 'spec_version'), 'spec_version', SPEC);
    const found = READERS[type](signed) as MetadataOf<T>;
    return granted({ signed: found, signatures, message: canonicalBytes(signed) });
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return refused('malicious-mirror', file, error.message);
  }
}

function readSignature(value: unknown, at: number): Signature {
  const one = object(value as JsonObject, `signature ${at}`);
  return {
    keyid: text(member(one, 'keyid'), `keyid of signature ${at}`, HEX),
    // Offline roles may be published with empty signatures until all have signed.
    sig: text(member(one, 'sig'), `signature ${at}`, /^(?:[0-9a-f]{2}){0,256}$/),
  };
}

function common(signed: JsonObject) {
  const device = member(signed, 'device');
  return {
    version: integer(member(signed, 'version'), 'version', 1, MOST_VERSION),
    expires: time(member(signed, 'expires'), 'expires'),
    ...(device !== undefined && { device: text(device, 'device', ID) }),
  };
}

type Readers = { readonly [T in TopRole]: (signed: JsonObject) => Metadata };

const READERS: Readers = {
  root: (signed) => {
    const roles = object(member(signed, 'roles'), 'roles');
    const role = (name: TopRole) => readRole(member(roles, name), name);
    return {
      type: 'root',
      ...common(signed),
      consistentSnapshot: member(signed, 'consistent_snapshot') === true,
      keys: readKeys(member(signed, 'keys')),
      roles: {
        root: role('root'),
        timestamp: role('timestamp'),
        snapshot: role('snapshot'),
        targets: role('targets'),
      },
    };
  },
  timestamp: (signed) => {
    const meta = object(member(signed, 'meta'), 'meta');
    const signedAt = member(signed, 'signed_at');
    return {
      type: 'timestamp',
      ...common(signed),
      snapshot: readMetaFile(member(meta, 'snapshot.json'), 'snapshot.json'),
      ...(signedAt !== undefined && { signedAt: time(signedAt, 'signed_at') }),
    };
  },
  snapshot: (signed) => ({
    type: 'snapshot',
    ...common(signed),
    meta: readSnapshotMeta(member(signed, 'meta')),
  }),
  targets: (signed) => ({
    type: 'targets',
    ...common(signed),
    targets: readTargetFiles(member(signed, 'targets')),
    delegations: readDelegations(member(signed, 'delegations')),
  }),
};
