/**
 * The director's metadata for one device: what it should run, signed with the keys that the
 * collector holds. Those keys alone install nothing: each file must be in the release repository too.
 */
import { Buffer } from 'node:buffer';
import type { ReleaseFile } from '../../../protocol/release.ts';
import { canonicalJson, type JsonObject } from '../../../protocol/tuf/json.ts';
import type { KeyPair } from '../../../protocol/tuf/keys.ts';
import {
  snapshotDocument,
  type TargetEntry,
  targetsDocument,
  timestampDocument,
} from './compose.ts';
import { draftBytes, signedWith, unsigned } from './envelope.ts';

/** A file that the device should have. */
export type Assigned = Pick<ReleaseFile, 'path' | 'length' | 'sha256'>;

/** What the director has told a device last; it is kept, so that versions only rise. */
export interface Told {
  /** Of all three files. */
  readonly version: number;
  readonly targets: Readonly<Record<string, TargetEntry>>;
  /** UTC milliseconds. */
  readonly signedAt: number;
  /** As text, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Devices come back after months: the collector signs anew when they ask. */
const EXPIRES_AFTER_MS = 7 * 86_400_000;
/** Signed anew when asked for after so long, for the expiry and for the time in it. */
const RENEWED_AFTER_MS = 3_600_000;

export function directorVersion(previous: number, now: number): number {
  return Math.max(previous + 1, Math.floor(now));
}

/** What is in force, or `told` itself when it still says so. `floor`: the highest version that the device reports. */
export function tell(
  device: string,
  assigned: readonly Assigned[],
  told: Told | undefined,
  floor: number,
  keys: readonly KeyPair[],
  now: number,
): Told {
  const previous = Math.max(told?.version ?? 0, floor);
  const age = now - (told?.signedAt ?? 0);
  const current = told !== undefined && told.version >= floor && sameFiles(told, assigned);
  if (current && age >= 0 && age < RENEWED_AFTER_MS) return told;
  const version = directorVersion(previous, now);
  // What was decided after a backup is lost with it: all of this is decided anew, or the device,
  // which holds to the newest decision that it knows, would refuse it.
  const lost = told !== undefined && told.version < floor;
  const before = lost ? undefined : told;
  const targets = current ? told.targets : entries(device, assigned, version, before);
  return { version, targets, signedAt: now, files: files(device, targets, version, keys, now) };
}

/** An unchanged file keeps the version of its decision; any other is a new one. */
function entries(
  device: string,
  assigned: readonly Assigned[],
  version: number,
  told: Told | undefined,
): Readonly<Record<string, TargetEntry>> {
  const list = assigned.map(({ path, length, sha256 }): [string, TargetEntry] => {
    const before = told?.targets[path];
    const same = before?.length === length && before.hashes['sha256'] === sha256;
    const entry = { length, hashes: { sha256 }, custom: { device, version } };
    return [path, same ? before : entry];
  });
  return Object.fromEntries(list);
}

function files(
  device: string,
  targets: Readonly<Record<string, TargetEntry>>,
  version: number,
  keys: readonly KeyPair[],
  now: number,
): Readonly<Record<string, string>> {
  const head = { version, expires: now + EXPIRES_AFTER_MS, device };
  const top = signed(targetsDocument(head, targets), keys);
  const shot = signed(snapshotDocument(head, { 'targets.json': { version, bytes: top } }), keys);
  const stamp = signed(timestampDocument(head, { version, bytes: shot }, now), keys);
  return {
    'timestamp.json': text(stamp),
    [`${version}.snapshot.json`]: text(shot),
    [`${version}.targets.json`]: text(top),
  };
}

function signed(document: JsonObject, keys: readonly KeyPair[]): Uint8Array {
  return draftBytes(keys.reduce(signedWith, unsigned(document)));
}

function sameFiles({ targets }: Told, assigned: readonly Assigned[]): boolean {
  const said = Object.entries(targets).map(([path, { length, hashes }]) =>
    fingerprint(path, length, hashes['sha256'] ?? ''),
  );
  const meant = assigned.map(({ path, length, sha256 }) => fingerprint(path, length, sha256));
  return said.sort().join('\n') === meant.sort().join('\n');
}

function fingerprint(path: string, length: number, sha256: string): string {
  return canonicalJson([path, length, sha256]);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
