/** The release repository and the director, as the collector serves them. */
import type { Listed } from '../core/releases/catalog.ts';
import type { KeptFile } from './shelves.ts';

/** What is published, for the collector itself. */
export interface ReleaseSource {
  /** Differs when something was published since; empty: nothing ever was. */
  stamp(): Promise<string>;
  published(): Promise<readonly Listed[]>;
  /** When the metadata of each role expires, UTC milliseconds. */
  expiries(): Promise<ReadonlyMap<string, number>>;
}

export interface ReleaseSummary {
  readonly name: string;
  readonly version: string;
  readonly lifecycle: 'draft' | 'published' | 'deprecated';
  readonly channels: readonly string[];
  readonly installer: string;
  readonly architectures: readonly string[];
  readonly bytes: number;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly notes: string;
}

/** A folder that any static host could serve as well. */
export interface ReleaseShelf {
  /** Published releases, by name and newest version first. */
  list(): Promise<readonly ReleaseSummary[]>;
  /** `undefined`: there is none, or the name is not one that may be asked for. */
  metadata(file: string): Promise<KeptFile | undefined>;
  target(path: string): Promise<ServedFile | undefined>;
}

/** A file that never changes under its name: it is named by its hash. */
export interface ServedFile {
  readonly bytes: number;
  /** SHA-256, hexadecimal, as its name says. */
  readonly sha256: string;
  open(from: number, to: number): AsyncIterable<Uint8Array>;
}

export interface DirectorDesk {
  /** A file of the device's metadata, signed anew when something changed. */
  file(device: string, name: string): Promise<Uint8Array | undefined>;
  /** The time, signed for one question of a device without a clock. */
  time(device: string, nonce: string): Promise<Uint8Array>;
  /** The device is gone: what it was told is deleted. */
  forget(device: string): Promise<void>;
}

/** The root that says who the director is. */
export interface DirectorRoot {
  /** Renews it in time when it is the collector's own; one that people hold is theirs to renew. */
  keep(now: number): Promise<KeptRoot>;
}

export interface KeptRoot {
  readonly version: number;
  /** UTC milliseconds. */
  readonly expires: number;
  /** The collector holds its key. */
  readonly own: boolean;
  readonly renewed: boolean;
}
