/**
 * A release, as its author signs it: the `custom` part of a TUF target, and what devices resolve,
 * install and probe. Everything that runs on a device is named here or in the device's own file,
 * and nowhere else.
 */

export const INSTALLERS = ['archive', 'deb', 'file', 'container', 'agent'] as const;
export type InstallerKind = (typeof INSTALLERS)[number];

/** Debian's names; `all` for what runs anywhere. */
export const ARCHITECTURES = ['all', 'amd64', 'arm64', 'armhf'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** One file of a release: its bytes are in the release repository, under the same path. */
export interface ReleaseFile {
  /** Of the target in the repository: `<name>/<version>/<file>`. */
  readonly path: string;
  readonly architecture: Architecture;
  readonly length: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A delta: from a file that a device has to one of this release. */
export interface ReleaseDelta {
  readonly path: string;
  /** SHA-256 of the file that it starts from, and of the one that it leads to. */
  readonly from: string;
  readonly to: string;
  readonly length: number;
  readonly sha256: string;
}

/** Commands are programs within the release and their arguments; there is no shell. */
export interface ReleaseHooks {
  readonly beforeInstall?: readonly string[];
  readonly afterInstall?: readonly string[];
  readonly beforeSwitch?: readonly string[];
  readonly afterSwitch?: readonly string[];
  /** Milliseconds for each of them. */
  readonly timeoutMs: number;
}

/** How a device sees that the new version works; all that are given must hold for the whole window. */
export interface ReleaseProbe {
  /** Milliseconds. */
  readonly windowMs: number;
  /** A program within the release that ends with 0. */
  readonly command?: readonly string[];
  /** On this machine; answers 200 to 299. */
  readonly url?: string;
  /** A unit of systemd that stays active with one process id. */
  readonly unit?: string;
  /** Checks of the device that must not fail. */
  readonly checks?: readonly string[];
}

export interface ReleaseManifest {
  readonly format: 1;
  /** `[a-z0-9][a-z0-9-]{0,62}`. */
  readonly name: string;
  /** Semantic version (semver 2). */
  readonly version: string;
  readonly installer: {
    readonly kind: InstallerKind;
    /** Of the installer: where, which unit, how many slots are kept. */
    readonly options: Readonly<Record<string, string | number | boolean>>;
  };
  readonly files: readonly ReleaseFile[];
  readonly deltas: readonly ReleaseDelta[];
  /** Semver ranges by package name. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly hooks?: ReleaseHooks;
  readonly probe?: ReleaseProbe;
  /** For people. */
  readonly notes: string;
}
