/**
 * `desired`: what the collector wants a device to run, retained. It only enables, schedules and
 * tunes what the device itself declares: command lines, roots of clean-up, addresses, trust roots
 * and secrets never travel in it.
 */
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
