/** A release repository, a director and a device, in memory: honest until a test says otherwise. */
import { type Checked, check, type Self } from '../../../agent/core/trust/check.ts';
import type { OwnClock } from '../../../agent/core/trust/time.ts';
import {
  type Arrival,
  freshTrust,
  type RepositoryName,
  type TrustState,
  type Wanted,
} from '../../../agent/core/trust/trusted.ts';
import {
  type RoleKeys,
  rootDocument,
  snapshotDocument,
  type TargetEntry,
  targetsDocument,
  timestampDocument,
} from '../../../collector/core/releases/compose.ts';
import { draftBytes, signedWith, unsigned } from '../../../collector/core/releases/envelope.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import type { JsonObject } from '../../../protocol/tuf/json.ts';
import { type KeyPair, newKeyPair } from '../../../protocol/tuf/keys.ts';
import type { TopRole } from '../../../protocol/tuf/metadata.ts';

export const NOW = Date.UTC(2026, 10, 21, 10);
export const DAY = 86_400_000;
export const DEVICE = 'press-1';

export type Keys = Record<TopRole, KeyPair[]>;

export function newKeys(threshold = 2): Keys {
  const some = (count: number) => Array.from({ length: count }, newKeyPair);
  return { root: some(3), targets: some(threshold), snapshot: some(1), timestamp: some(1) };
}

export function signedBytes(document: JsonObject, keys: readonly KeyPair[]): Uint8Array {
  return draftBytes(keys.reduce(signedWith, unsigned(document)));
}

export interface RootTerms {
  readonly version?: number;
  readonly expires?: number;
  readonly signers?: readonly KeyPair[];
}

/** Root: three keys, two of which must sign; other roles: all of their keys. */
export function rootBytes(keys: Keys, terms: RootTerms = {}): Uint8Array {
  const { version = 1, expires = NOW + 300 * DAY, signers = keys.root.slice(0, 2) } = terms;
  const role = (name: TopRole, threshold = keys[name].length): RoleKeys => ({
    keys: keys[name].map((key) => key.public),
    threshold,
  });
  const roles = {
    root: role('root', 2),
    targets: role('targets'),
    snapshot: role('snapshot'),
    timestamp: role('timestamp'),
  };
  return signedBytes(rootDocument({ version, expires }, roles), signers);
}

export interface Edition {
  readonly version: number;
  readonly targets: Readonly<Record<string, TargetEntry>>;
  readonly expires?: number;
  readonly device?: string;
  readonly signedAt?: number;
  /** Another expiry for one of its files. */
  readonly expiresOf?: Partial<Record<TopRole, number>>;
  readonly delegations?: JsonObject;
  /** Delegated roles, whole: their documents and their signers. */
  readonly roles?: Readonly<
    Record<string, { readonly document: JsonObject; readonly keys: readonly KeyPair[] }>
  >;
  readonly signers?: Partial<Keys>;
}

export type Files = Map<string, Arrival>;

export function put(files: Files, name: string, bytes: Uint8Array): void {
  files.set(name, { kind: 'bytes', bytes });
}

/** Puts a whole edition into the files: its targets, roles, snapshot and timestamp. */
function publish(files: Files, keys: Keys, edition: Edition): void {
  const { version, device, signedAt, expires = NOW + 7 * DAY } = edition;
  const signers = { ...keys, ...edition.signers };
  const head = (role: TopRole) => ({
    version,
    expires: edition.expiresOf?.[role] ?? expires,
    ...(device !== undefined && { device }),
  });
  const top = signedBytes(
    targetsDocument(head('targets'), edition.targets, edition.delegations),
    signers.targets,
  );
  put(files, `${version}.targets.json`, top);
  const meta: Record<string, { version: number; bytes: Uint8Array }> = {
    'targets.json': { version, bytes: top },
  };
  for (const [name, role] of Object.entries(edition.roles ?? {})) {
    const bytes = signedBytes(role.document, role.keys);
    const own = Number(role.document['version']);
    put(files, `${own}.${name}.json`, bytes);
    meta[`${name}.json`] = { version: own, bytes };
  }
  const shot = signedBytes(snapshotDocument(head('snapshot'), meta), signers.snapshot);
  put(files, `${version}.snapshot.json`, shot);
  const stamp = timestampDocument(head('timestamp'), { version, bytes: shot }, signedAt);
  put(files, 'timestamp.json', signedBytes(stamp, signers.timestamp));
}

export function manifest(
  name: string,
  version: string,
  change: Partial<ReleaseManifest> = {},
): ReleaseManifest {
  const file = `${name}/${version}/${name}.tar.gz`;
  return {
    format: 1,
    name,
    version,
    installer: { kind: 'archive', options: {} },
    files: [
      { path: file, architecture: 'arm64', length: 1000, sha256: hashOf(`${name} ${version}`) },
    ],
    deltas: [],
    dependencies: {},
    notes: '',
    ...change,
  };
}

/** Sixty-four digits that stand for a file's content. */
export function hashOf(text: string): string {
  return Buffer.from(text.padEnd(32, '.')).toString('hex').slice(0, 64);
}

export function released(...manifests: readonly ReleaseManifest[]): Record<string, TargetEntry> {
  const entries = manifests.flatMap((one) =>
    one.files.map(({ path, length, sha256 }): [string, TargetEntry] => [
      path,
      { length, hashes: { sha256 }, custom: one as unknown as JsonObject },
    ]),
  );
  return Object.fromEntries(entries);
}

export function assigned(
  version: number,
  manifests: readonly ReleaseManifest[],
  device = DEVICE,
): Record<string, TargetEntry> {
  const entries = manifests.flatMap((one) =>
    one.files.map(({ path, length, sha256 }): [string, TargetEntry] => [
      path,
      { length, hashes: { sha256 }, custom: { device, version } },
    ]),
  );
  return Object.fromEntries(entries);
}

export class World {
  readonly keys: Record<RepositoryName, Keys> = { director: newKeys(1), release: newKeys(2) };
  readonly files: Record<RepositoryName, Files> = { director: new Map(), release: new Map() };
  readonly asked: Wanted[] = [];
  state: TrustState;
  clock: OwnClock = { wall: NOW, known: true };
  self: Self = {
    device: DEVICE,
    architecture: 'arm64',
    installed: [],
    versions: new Map(),
    accepts: () => true,
    satisfies: (version, range) => range === '*' || version.startsWith(range),
  };

  constructor() {
    const roots = (['director', 'release'] as const).map((name) => rootBytes(this.keys[name]));
    const [director = '', release = ''] = roots.map((bytes) => Buffer.from(bytes).toString());
    this.state = freshTrust(director, release);
  }

  /** An edition of each repository: `manifests` exist, and the device should have them. */
  offer(edition: number, ...manifests: readonly ReleaseManifest[]): this {
    this.direct(edition, { targets: assigned(NOW + edition, manifests) });
    this.release(edition, { targets: released(...manifests) });
    return this;
  }

  direct(edition: number, change: Partial<Edition> & Pick<Edition, 'targets'>): void {
    const usual = { version: NOW + edition, device: DEVICE, signedAt: NOW };
    publish(this.files.director, this.keys.director, { ...usual, ...change });
  }

  release(edition: number, change: Partial<Edition> & Pick<Edition, 'targets'>): void {
    publish(this.files.release, this.keys.release, { version: edition, ...change });
  }

  /** A check for updates by the device; it keeps what it has come to trust. */
  check(): Checked {
    const steps = check(this.state, this.self, this.clock);
    let step = steps.next();
    while (step.done !== true) {
      this.asked.push(step.value);
      const { repository, file, maxBytes } = step.value;
      const found = this.files[repository].get(file) ?? { kind: 'absent' };
      const long = found.kind === 'bytes' && found.bytes.length > maxBytes;
      step = steps.next(long ? { kind: 'too-long' } : found);
    }
    this.state = step.value.state;
    return step.value;
  }
}
