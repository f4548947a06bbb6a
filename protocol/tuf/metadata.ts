/** Metadata of The Update Framework, specification 1.0, as it is after reading. */
import type { Json } from './json.ts';

export const TOP_ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type TopRole = (typeof TOP_ROLES)[number];

/** What is written into `spec_version`; any 1.x is read. */
export const SPEC_VERSION = '1.0.31';

export interface Key {
  readonly keyid: string;
  /** The 32 bytes of an Ed25519 public key, hexadecimal. */
  readonly public: string;
}

export interface Role {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** Who may sign for something. */
export interface Signers extends Role {
  readonly keys: ReadonlyMap<string, Key>;
}

interface Common {
  readonly version: number;
  /** UTC milliseconds. */
  readonly expires: number;
  /** The device that a director's metadata is for. */
  readonly device?: string;
}

export interface Root extends Common {
  readonly type: 'root';
  readonly consistentSnapshot: boolean;
  readonly keys: ReadonlyMap<string, Key>;
  readonly roles: Readonly<Record<TopRole, Role>>;
}

/** What is said of another file of metadata; hashes by algorithm, hexadecimal. */
export interface MetaFile {
  readonly version: number;
  readonly length?: number;
  readonly hashes?: ReadonlyMap<string, string>;
}

export interface Timestamp extends Common {
  readonly type: 'timestamp';
  readonly snapshot: MetaFile;
  /** UTC milliseconds of signing: the time is not before it. */
  readonly signedAt?: number;
}

export interface Snapshot extends Common {
  readonly type: 'snapshot';
  /** By file name: `targets.json`. */
  readonly meta: ReadonlyMap<string, MetaFile>;
}

export interface TargetFile {
  readonly length: number;
  readonly hashes: ReadonlyMap<string, string>;
  readonly custom: Json | undefined;
}

export interface Delegation extends Role {
  readonly name: string;
  readonly terminating: boolean;
  readonly paths: readonly string[];
  readonly pathHashPrefixes: readonly string[];
}

export interface Targets extends Common {
  readonly type: 'targets';
  readonly targets: ReadonlyMap<string, TargetFile>;
  readonly delegations: {
    readonly keys: ReadonlyMap<string, Key>;
    /** In order of their priority. */
    readonly roles: readonly Delegation[];
  };
}

export type Metadata = Root | Timestamp | Snapshot | Targets;
export type MetadataOf<T extends TopRole> = Extract<Metadata, { type: T }>;

export interface Signature {
  readonly keyid: string;
  /** Hexadecimal. */
  readonly sig: string;
}

export interface Envelope<T extends Metadata = Metadata> {
  readonly signed: T;
  readonly signatures: readonly Signature[];
  /** What the signatures are over. */
  readonly message: Uint8Array;
}

/** Bytes that are read at most, before anything is known about a file. */
export const MAX_BYTES: Readonly<Record<TopRole, number>> = {
  root: 256 * 1024,
  timestamp: 16 * 1024,
  snapshot: 1024 * 1024,
  targets: 4 * 1024 * 1024,
};
