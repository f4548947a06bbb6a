/** `reported`: what a device runs, retained: the answer to `desired`. */
import type { FlagValue } from './tree.ts';

/**
 * `none`: nothing was wanted yet. `trying`: applied, and its health is being watched. `applied`:
 * kept. `refused`: not applied, for the reasons given. `rolled-back`: applied, was bad, taken back.
 */
export const DESIRED_OUTCOMES = ['none', 'trying', 'applied', 'refused', 'rolled-back'] as const;
export type DesiredOutcome = (typeof DESIRED_OUTCOMES)[number];

export interface RefusedPath {
  /** Dotted path into the configuration, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export interface ReportedPackage {
  readonly name: string;
  readonly version: string;
  /** Slot or place it runs from; may be empty. */
  readonly slot: string;
}

export interface Reported {
  /** UTC milliseconds by the device's clock. */
  readonly wall: number;
  /** The version of `desired` that is in force; 0 for the device's own file alone. */
  readonly version: number;
  /** The newest version that was looked at, and what became of it. */
  readonly seen: number;
  readonly outcome: DesiredOutcome;
  readonly problems: readonly RefusedPath[];
  /** First 8 bytes of SHA-256 over the effective configuration without secrets, hexadecimal. */
  readonly config: string;
  /** Parts of the configuration that wait for a restart of the agent, as dotted paths. */
  readonly restartNeeded: readonly string[];
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly packages: readonly ReportedPackage[];
  /** What the device declares, so that people know what they may ask for. */
  readonly declared: {
    readonly checks: readonly string[];
    readonly tasks: readonly string[];
    readonly commands: readonly string[];
  };
}
