/**
 * `desired`: what the collector wants a device to run, retained. It only enables, schedules and
 * tunes what the device itself declares: command lines, roots of clean-up, addresses, trust roots
 * and secrets never travel in it.
 */
import { encodeCbor } from '../cbor/encode.ts';
import type { Fields } from '../cbor/fields.ts';
import { readTree, writeTree } from '../cbor/tree.ts';
import type { CborItem, CborValue } from '../cbor/values.ts';
import { PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { readFlags, writeFlags } from './flags.ts';
import { openMessage } from './open.ts';
import type { FlagValue, Tree } from './tree.ts';

/** A package that should be there; who may install what is signed elsewhere. */
export interface WantedPackage {
  readonly name: string;
  readonly version: string;
}

export interface Desired {
  /** max(previous + 1, UTC milliseconds): rises with each change, also after a restored backup. */
  readonly version: number;
  /** UTC milliseconds by the collector's clock. */
  readonly issuedAt: number;
  /** Laid over the device's own file. */
  readonly config: Tree;
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly packages: readonly WantedPackage[];
  /** How long the device watches its own health before it keeps the configuration. */
  readonly graceMs: number;
}

const KEY = {
  version: 0,
  wanted: 1,
  issuedAt: 2,
  config: 3,
  flags: 4,
  packages: 5,
  grace: 6,
} as const;

const MAX_PACKAGES = 64;
const PACKAGE_BYTES = 128;
/** A device that watches itself for longer than a week would never say what became of it. */
const MAX_GRACE_MS = 7 * 86_400_000;

/**
 * Nothing is cut here: half of what was wanted is not what was wanted. A tree that no device could
 * read throws a RangeError that names the place.
 */
export function encodeDesired(desired: Desired): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [KEY.version, PROTOCOL_VERSION],
      [KEY.wanted, desired.version],
      [KEY.issuedAt, desired.issuedAt],
      [KEY.config, writeTree(desired.config)],
      [KEY.flags, writeFlags(desired.flags)],
      [KEY.packages, desired.packages.map(({ name, version }) => [name, version])],
      [KEY.grace, desired.graceMs],
    ]),
  );
}

export function decodeDesired(bytes: Uint8Array): Result<Desired> {
  const opened = openMessage(bytes, 'desired');
  if (!opened.ok) return opened;
  const fields = opened.value;
  return fields.done({
    version: fields.int(KEY.wanted, { min: 1 }),
    issuedAt: fields.int(KEY.issuedAt, TIME_RANGE),
    config: readTree(fields, fields.item(KEY.config), 'config'),
    flags: readFlags(fields, KEY.flags),
    packages: fields.list(KEY.packages, MAX_PACKAGES).map((item) => readPackage(fields, item)),
    graceMs: fields.int(KEY.grace, { min: 0, max: MAX_GRACE_MS }),
  });
}

function readPackage(fields: Fields, item: CborItem): WantedPackage {
  const [name, version] = Array.isArray(item) ? (item as readonly CborItem[]) : [];
  return {
    name: fields.asText(name, KEY.packages, PACKAGE_BYTES),
    version: fields.asText(version, KEY.packages, PACKAGE_BYTES),
  };
}
