/** Rollouts as the HTTP side sees them, and what they ask of the rest of the collector. */
import type { Device } from '../core/device.ts';
import type { Fit } from '../core/releases/assign.ts';
import type { Order } from '../core/rollouts/actions.ts';
import type { DeviceState } from '../core/rollouts/device-table.ts';
import type { Evidence } from '../core/rollouts/evidence.ts';
import type { Package } from '../core/rollouts/plan.ts';
import type { Reason } from '../core/rollouts/reasons.ts';
import type { LogLine, Measure } from '../core/rollouts/record.ts';
import type { RolloutState } from '../core/rollouts/rollout-table.ts';
import type { StageState } from '../core/rollouts/stage-table.ts';

/** Where it is said what a device should have. Told again after a start; the same twice is once. */
export interface Wanting {
  /** All that rollouts want of the packages of this one; what it names no more is withdrawn. */
  want(device: string, packages: readonly Package[], rollout: string): void;
}

export interface RolloutDevices {
  get(id: string): Device | undefined;
  all(): Iterable<Device>;
}

/** The releases that could be rolled out; without it, any version is taken at its word. */
export interface ReleaseCheck {
  /** Reads again what is published, when that has changed. */
  refresh(): Promise<void>;
  /** Why devices cannot be brought to it, or back to it; empty when they can. */
  problem(one: Package, way: 'forward' | 'back'): string;
  /** Whether it has files for a device with these facts. */
  fit(one: Package, facts: ReadonlyMap<string, string>): Fit;
}

export type Counts = Readonly<Record<DeviceState, number>>;

export interface RolloutSummary {
  readonly id: string;
  readonly name: string;
  readonly packages: readonly Package[];
  readonly target: string;
  readonly priority: number;
  readonly by: string;
  readonly comment: string;
  readonly createdAt: number;
  readonly state: RolloutState;
  /** Why it is in this state; may be empty. */
  readonly why: string;
  /** 0 while it goes on. */
  readonly endedAt: number;
  readonly counts: Counts;
  /** What its devices had before, each once: they may go back to it. */
  readonly before: readonly Package[];
  /** Succeeded of those that ended by themselves, 0 to 1; absent while none has. */
  readonly successRate?: number;
}

export interface StageView {
  readonly name: string;
  readonly state: StageState;
  readonly at: number;
  readonly why: string;
  readonly after: readonly string[];
  readonly counts: Counts;
  readonly measures: readonly (Measure & { readonly expr: string })[];
}

export interface RolloutView extends RolloutSummary {
  readonly stages: readonly StageView[];
  readonly evidence: Evidence;
  readonly log: readonly LogLine[];
  /** Devices by why they are not updated; only while it goes on, or of those that began. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
}

export interface DeviceRow {
  readonly device: string;
  readonly site: string;
  readonly stage: string;
  readonly state: DeviceState;
  /** Absent for a device that is updated. */
  readonly reason?: Reason;
  readonly attempt: number;
  readonly at: number;
  readonly text: string;
}

/** A rollout beside how far one of its devices is. */
export interface DeviceRollout extends RolloutSummary {
  readonly device: DeviceRow;
}

export interface RolloutQuery {
  readonly state?: RolloutState;
  /** Only those after this one. */
  readonly before?: string;
  readonly limit: number;
}

export interface DeviceQuery {
  readonly state?: DeviceState;
  readonly reason?: Reason;
  readonly after: string;
  readonly limit: number;
}

export interface DryRun {
  readonly name: string;
  readonly total: number;
  readonly stages: readonly {
    readonly name: string;
    readonly devices: number;
    readonly online: number;
    readonly some: readonly string[];
  }[];
  /** Devices that would not get it at once, by reason. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  readonly devices: readonly {
    readonly device: string;
    readonly stage: string;
    readonly reason: Reason;
  }[];
}

export interface RolloutStatistics {
  readonly rollouts: number;
  readonly states: Readonly<Partial<Record<RolloutState, number>>>;
  readonly devices: Counts;
  readonly packages: readonly {
    readonly name: string;
    readonly rollouts: number;
    readonly succeeded: number;
    readonly failed: number;
  }[];
}

export interface Starting {
  /** YAML. */
  readonly file: string;
  readonly by: string;
  readonly comment: string;
}

export interface RolloutDesk {
  start(starting: Starting): Promise<RolloutView>;
  dryRun(file: string, limit: number): Promise<DryRun>;
  list(query: RolloutQuery): readonly RolloutSummary[];
  /** Those that have a device, with how far it is. */
  listOf(device: string, query: RolloutQuery): Promise<readonly DeviceRollout[]>;
  get(id: string): Promise<RolloutView>;
  devices(id: string, query: DeviceQuery): Promise<readonly DeviceRow[]>;
  act(id: string, order: Order): Promise<RolloutView>;
  /** A page for people. */
  report(id: string): Promise<string>;
  statistics(): RolloutStatistics;
}
