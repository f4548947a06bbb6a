/** What is kept of a rollout: one record for it, one for each device that has begun or ended. */

import type { Selectable } from '../fleet/selector.ts';
import type { Fit } from '../releases/assign.ts';
import type { DeviceState } from './device-table.ts';
import type { Evidence } from './evidence.ts';
import type { Package, Plan } from './plan.ts';
import type { Reason } from './reasons.ts';
import type { RolloutState } from './rollout-table.ts';
import type { StageState } from './stage-table.ts';

export interface StageRecord {
  readonly state: StageState;
  /** UTC milliseconds: since when it is in this state. */
  readonly at: number;
  readonly why: string;
  /** Failures that a person has let pass. */
  readonly forgiven: number;
  /** Its devices go back. */
  readonly reverting: boolean;
}

export interface LogLine {
  readonly at: number;
  readonly by: string;
  readonly text: string;
}

export interface RolloutRecord {
  readonly id: string;
  readonly plan: Plan;
  readonly by: string;
  readonly comment: string;
  readonly createdAt: number;
  readonly state: RolloutState;
  readonly at: number;
  readonly why: string;
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  readonly stages: readonly StageRecord[];
  readonly evidence: Evidence;
  /** What devices that go back get, when it is not what they had. */
  readonly revertTo?: readonly Package[];
  /** The last things that happened to it, oldest first. */
  readonly log: readonly LogLine[];
  /** When nobody is awaited any more; 0 before. */
  readonly endedAt: number;
  /** Of its devices by state, when it ended. */
  readonly counts?: Readonly<Record<DeviceState, number>>;
  /** What its devices had before, each once, when it ended. */
  readonly before?: readonly Package[];
}

export interface DeviceRecord {
  readonly state: DeviceState;
  readonly reason?: Reason;
  readonly stage: number;
  readonly attempt: number;
  /** Since when it is in this state. */
  readonly at: number;
  /** When it last began; 0 when it never did. */
  readonly startedAt: number;
  /** What it had of the packages before. */
  readonly before: readonly Package[];
  /** In the device's words. */
  readonly text: string;
  /** The runs whose reports were heeded last: they may come again. */
  readonly runs?: readonly string[];
  /** When it said, by its own clock, that it is updated: an older word says nothing of a fall-back. */
  readonly reportedAt?: number;
  /** The device that waits and is looked at beside it. */
  readonly control?: string;
}

/** A device as it is now. */
export interface Seen extends Selectable {
  readonly online: boolean;
  /** Its own checks do not say that it is unhealthy. */
  readonly healthy: boolean;
  readonly packages: ReadonlyMap<string, string>;
  /** When it said so, UTC milliseconds by its own clock; 0 when it never did. */
  readonly reportedAt: number;
}

export interface World {
  look(device: string): Seen | undefined;
  /** No other rollout of the packages has it, or comes first. */
  isFree(device: string): boolean;
  /** Whether the releases have files for it. */
  fit(seen: Seen): Fit;
  /** It has seen all that is wanted of it. */
  heeds(device: string): boolean;
  /** What is wanted of its packages is this rollout's word. */
  holds(device: string): boolean;
}

/** What is to be wanted of a device from now on: all that this rollout wants of it. */
export interface Want {
  readonly device: string;
  readonly packages: readonly Package[];
}

/** A PromQL gate's last answer. */
export interface Measure {
  readonly at: number;
  /** Updated devices that it named, of so many. */
  readonly bad: number;
  readonly of: number;
  /** Why it could not be asked; empty when it could. */
  readonly problem: string;
}
