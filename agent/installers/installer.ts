/** The contract of an installer: one kind, one file, one line in `index.ts`. */
import type { Schema } from '../../protocol/config/schema.ts';
import type { InstallerKind, ReleaseFile, ReleaseManifest } from '../../protocol/release.ts';
import type { Runner } from '../ports/caretaking.ts';
import type { Disk, Machine, Units } from '../ports/updates.ts';

/** One version of a package on this device. */
export interface Version {
  readonly manifest: ReleaseManifest;
  /** Of the manifest, the file for this machine. */
  readonly file: ReleaseFile;
  /** Where its verified bytes are; of an old version they may be gone. */
  readonly path: string;
}

export interface InstallContext {
  readonly disk: Disk;
  readonly runner: Runner;
  readonly units: Units;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  /** A line for the report. */
  print(line: string): void;
}

/** What is to be done. Options of both versions were checked by the schema. */
export interface InstallJob<Options = unknown> {
  readonly to: Version;
  readonly options: Options;
  /** What was there; absent when nothing was. */
  readonly from?: Version;
  readonly fromOptions?: Options;
}

/** What really is there, looked up and not remembered. */
export interface Present {
  readonly isRunning: boolean;
  /** Where it runs from, for people. */
  readonly slot: string;
}

/**
 * Every step may be repeated: it was cut off, and is begun anew or finds its work done. A step
 * rejects with an `UpdateError`, or with what the disk said.
 */
export interface Installer<Options = unknown> {
  readonly kind: InstallerKind;
  readonly summary: string;
  readonly schema: Schema<Options>;
  /** What only root may do; the helper then takes the steps. */
  needsRoot(options: Options): boolean;
  /** Paths and units that a step changes. Two packages must not share one. */
  claims(options: Options): readonly string[];
  /** Unit that runs the package. */
  unit(options: Options): string | undefined;
  /** Where the programs of a version are; `undefined` where it has none. */
  folder(options: Options, version: Version): string | undefined;
  /** Where space is needed. */
  place(options: Options): string;
  /** Lays it beside what runs. */
  install(job: InstallJob<Options>, context: InstallContext): Promise<void>;
  /** Makes it what runs. */
  switch(job: InstallJob<Options>, context: InstallContext): Promise<void>;
  /** Makes the old version what runs, or nothing where there was none. */
  undo(job: InstallJob<Options>, context: InstallContext): Promise<void>;
  /** Takes away what `install` laid beside; never what runs. */
  discard(job: InstallJob<Options>, context: InstallContext): Promise<void>;
  /** Takes away what is too old. */
  keep(job: InstallJob<Options>, context: InstallContext): Promise<void>;
  present(
    version: Pick<InstallJob<Options>, 'to' | 'options'>,
    context: InstallContext,
  ): Promise<Present>;
}

export const INSTALL_STEPS = ['install', 'switch', 'undo', 'discard', 'keep'] as const;
export type InstallStep = (typeof INSTALL_STEPS)[number];

export function installer<Options>(declared: Installer<Options>): Installer {
  return declared as unknown as Installer;
}
