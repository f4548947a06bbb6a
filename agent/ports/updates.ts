/** What updates ask of the world. `io/updates/` and `io/fetch/` implement these. */
import type { Architecture, ReleaseFile, ReleaseManifest } from '../../protocol/release.ts';
import type { UpdateCode } from '../core/updates/codes.ts';
import type { LockFile } from '../core/updates/lock.ts';

/** A release whose signatures were checked, or why there is none. */
export type TrustedRelease =
  | { readonly ok: true; readonly manifest: ReleaseManifest }
  | {
      readonly ok: false;
      readonly name: string;
      readonly version: string;
      readonly code: UpdateCode;
      readonly why: string;
    };

/** Who says what may be installed (`io/trust/`): both repositories agree, for this very device. */
export interface Trusted {
  /** One answer for each that is wanted, in that order. Rejects when nobody could be asked. */
  releases(
    wanted: readonly { readonly name: string; readonly version: string }[],
    signal: AbortSignal,
  ): Promise<readonly TrustedRelease[]>;
}

export interface FetchWanted {
  /** Path in the release repository. */
  readonly path: string;
  readonly length: number;
  readonly sha256: string;
  /** Where it is to be; what was fetched of it stays beside as `<to>.part`. */
  readonly to: string;
}

export interface FetchPace {
  /** Bytes a second at most; no cap unless given. */
  readonly most?: number;
  /** Below it for half a minute a server counts as one that does not answer. */
  readonly least?: number;
  /** The start waits a random time up to this, so that a fleet does not come at once. */
  readonly jitterMs?: number;
}

export interface Fetched {
  /** Bytes that came over the network this time. */
  readonly bytes: number;
  /** Requests that were made. */
  readonly requests: number;
}

/** Fetches files of releases (`io/fetch/`). Rejects with an `UpdateError` that says what to think of it. */
export interface Downloader {
  fetch(wanted: FetchWanted, pace: FetchPace, signal: AbortSignal): Promise<Fetched>;
}

/** Verified files of releases, by their hash (`io/updates/staging.ts`). */
export interface Staging {
  /** Where a file with this hash is or would be. */
  pathOf(sha256: string): string;
  /** Bytes of it that are here, whole or not. */
  held(sha256: string): Promise<number>;
  /** Hashes of whole files. */
  whole(): Promise<ReadonlySet<string>>;
  /** Length and hash once more, from the disk. */
  verify(file: Pick<ReleaseFile, 'sha256' | 'length'>): Promise<boolean>;
  /** Makes a file out of one that is here and a delta that is here. Rejects when it is not that file. */
  patch(from: string, delta: string, to: Pick<ReleaseFile, 'sha256' | 'length'>): Promise<void>;
  /** Removes all but these. */
  prune(keep: ReadonlySet<string>): Promise<void>;
  remove(sha256: string): Promise<void>;
}

export interface UnpackLimits {
  readonly bytes: number;
  readonly entries: number;
}

/** The disk, as installers need it (`io/updates/disk.ts`). Whatever resolves is durable. */
export interface Disk {
  /** Where a symbolic link leads; `undefined` when it is not there. */
  link(path: string): Promise<string | undefined>;
  /** Makes a link lead elsewhere, at one instant; one that leads there already is made durable. */
  relink(path: string, target: string): Promise<void>;
  /** Names in a folder, oldest first; none when it is missing. */
  names(folder: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
  /**
   * A tar archive, also compressed by gzip, into a folder that is there only when it is whole; one
   * that is there already stays, and is made durable.
   */
  unpack(archive: string, folder: string, limits: UnpackLimits): Promise<void>;
  /** A copy under a name that is there only when it is whole; takes the place of what stands there. */
  copy(from: string, to: string, mode: number | undefined): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** What is there under this name may be of a life that was cut before its sync: makes it durable. */
  settle(path: string): Promise<void>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string | undefined>;
  /** A file or a whole folder; nothing happens when it is missing. */
  remove(path: string): Promise<void>;
  /** SHA-256 of a file, hexadecimal; `undefined` when it is missing. */
  hash(path: string): Promise<string | undefined>;
  /** Free bytes where this path is or would be. */
  free(path: string): Promise<number>;
}

export interface UnitState {
  readonly isActive: boolean;
  /** Of the main process; 0 when there is none. */
  readonly pid: number;
}

/** Services of this machine (`io/updates/units.ts`). */
export interface Units {
  /** Rejects when it could not be done. */
  restart(unit: string, signal: AbortSignal): Promise<void>;
  state(unit: string): Promise<UnitState>;
}

/** What this machine is. */
export interface Machine {
  readonly architecture: Architecture;
  /** Of the kernel. */
  readonly boot: string;
  readonly isRoot: boolean;
  readonly hasSystemd: boolean;
}

/** Who holds updates back at the moment (`io/updates/locks.ts`). */
export interface Locks {
  held(): Promise<readonly LockFile[]>;
}
