/** The signed parts of metadata, as JSON. */
import { createHash } from 'node:crypto';
import { timeText } from '../../../protocol/tuf/fields.ts';
import type { Json, JsonObject } from '../../../protocol/tuf/json.ts';
import { keyId, keyObject } from '../../../protocol/tuf/keys.ts';
import { SPEC_VERSION, TOP_ROLES, type TopRole } from '../../../protocol/tuf/metadata.ts';

const DAY_MS = 86_400_000;

/** How long people's signatures hold. */
export const EXPIRES_AFTER_MS: Readonly<Record<TopRole, number>> = {
  root: 366 * DAY_MS,
  targets: 183 * DAY_MS,
  snapshot: 183 * DAY_MS,
  timestamp: 31 * DAY_MS,
};

export interface Head {
  readonly version: number;
  /** UTC milliseconds. */
  readonly expires: number;
  readonly device?: string;
}

/** Public keys, hexadecimal, that may sign for a role. */
export interface RoleKeys {
  readonly keys: readonly string[];
  readonly threshold: number;
}

export type RootKeys = Readonly<Record<TopRole, RoleKeys>>;

export interface TargetEntry {
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom?: Json;
}

export function rootDocument(head: Head, roles: RootKeys): JsonObject {
  const all = TOP_ROLES.flatMap((role) => roles[role].keys);
  return {
    ...document('root', head),
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map((key) => [keyId(key), keyObject(key)])),
    roles: Object.fromEntries(TOP_ROLES.map((role) => [role, roleObject(roles[role])])),
  };
}

export function targetsDocument(
  head: Head,
  targets: Readonly<Record<string, TargetEntry>>,
  delegations?: JsonObject,
): JsonObject {
  return {
    ...document('targets', head),
    targets: targets as unknown as JsonObject,
    ...(delegations !== undefined && { delegations }),
  };
}

/** `files` by name (`targets.json`), with the bytes that are published. */
export function snapshotDocument(
  head: Head,
  files: Readonly<Record<string, { readonly version: number; readonly bytes: Uint8Array }>>,
): JsonObject {
  const meta = Object.entries(files).map(([name, file]) => [
    name,
    metaFile(file.version, file.bytes),
  ]);
  return { ...document('snapshot', head), meta: Object.fromEntries(meta) as JsonObject };
}

export function timestampDocument(
  head: Head,
  snapshot: { readonly version: number; readonly bytes: Uint8Array },
  signedAt?: number,
): JsonObject {
  return {
    ...document('timestamp', head),
    meta: { 'snapshot.json': metaFile(snapshot.version, snapshot.bytes) },
    ...(signedAt !== undefined && { signed_at: timeText(signedAt) }),
  };
}

export function roleObject({ keys, threshold }: RoleKeys): JsonObject {
  return { keyids: keys.map(keyId), threshold };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function metaFile(version: number, bytes: Uint8Array): JsonObject {
  return { version, length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function document(type: TopRole, { version, expires, device }: Head): JsonObject {
  return {
    _type: type,
    spec_version: SPEC_VERSION,
    version,
    expires: timeText(expires),
    ...(device !== undefined && { device }),
  };
}
