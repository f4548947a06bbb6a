/** What a device knows of the state that the collector wants: all of it durable, in one piece. */
import type { DesiredOutcome, RefusedPath } from '../../../protocol/messages/reported.ts';
import type { FlagValue, Tree } from '../../../protocol/messages/tree.ts';
import type { Standing } from './judge.ts';

export interface Version {
  /** 0: the device's own file alone. */
  readonly version: number;
  readonly config: Tree;
}

/** A configuration that is applied and watched. */
export interface Trial extends Version {
  readonly graceMs: number;
  /** How the device stood before it, or before the trial that it took the place of. */
  readonly before: Standing;
  /** How often the agent has started while it was being watched. */
  readonly starts: number;
}

export interface Flags {
  /** The version of `desired` that made them what they are. */
  readonly version: number;
  readonly values: Readonly<Record<string, FlagValue>>;
}

export interface DesiredState {
  /** The newest version that was looked at. */
  readonly seen: number;
  /** What became of it. */
  readonly outcome: DesiredOutcome;
  readonly problems: readonly RefusedPath[];
  /** The last version that proved itself: what a failed trial goes back to. */
  readonly kept: Version;
  readonly trial: Trial | undefined;
  readonly flags: Flags;
}

export const NOTHING_WANTED: DesiredState = {
  seen: 0,
  outcome: 'none',
  problems: [],
  kept: { version: 0, config: {} },
  trial: undefined,
  flags: { version: 0, values: {} },
};

/** What is applied: the trial, or what was kept. */
export function inForce({ trial, kept }: DesiredState): Version {
  return trial ?? kept;
}
