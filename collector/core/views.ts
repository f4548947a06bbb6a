/**
 * What the collector shows of itself: plain data that JSON can carry. The HTTP API, the page, the
 * command line and the JSON mirror all speak in these shapes.
 */

/** Consecutive numbers of one epoch, both ends included. */
export interface NumberSpan {
  readonly first: number;
  readonly last: number;
}

export interface EpochView {
  readonly epoch: string;
  /** Lowest number that the device still holds. */
  readonly low: number;
  /** The next number that the device will give. */
  readonly next: number;
  /** Durable numbers at or above `low`, the newest spans when there are many. */
  readonly received: readonly NumberSpan[];
  /** All durable spans, also those that `received` leaves out. */
  readonly spans: number;
}

export interface GapView {
  /** UTC milliseconds, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly cause: string;
  readonly samples?: number;
  readonly epoch?: string;
}

/** How a device is, by its own checks. */
export interface HealthBrief {
  readonly overall: HealthStatus;
  /** Why it is not healthy; empty when it is. */
  readonly reason: string;
  /** UTC milliseconds by the device's clock. */
  readonly since: number;
  /** Checks in the state `critical`. */
  readonly failing: number;
}

export interface CheckView {
  readonly name: string;
  readonly kind: string;
  readonly state: 'ok' | 'warning' | 'critical' | 'unknown';
  readonly since: number;
  /** Of its last run. */
  readonly at: number;
  readonly text: string;
  readonly critical: boolean;
  readonly component: string;
  readonly durationMs: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface HealthView extends HealthBrief {
  /** When the device said so, by its clock. */
  readonly at: number;
  readonly checks: readonly CheckView[];
}

export interface ReportedView {
  /** When the device said so, by its clock. */
  readonly at: number;
  /** The version of the desired state that is in force; 0 for the device's own file alone. */
  readonly version: number;
  /** The newest version that it looked at, and what became of it. */
  readonly seen: number;
  readonly outcome: 'none' | 'trying' | 'applied' | 'refused' | 'rolled-back';
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  /** Begin of the digest of its effective configuration, hexadecimal. */
  readonly config: string;
  readonly restartNeeded: readonly string[];
  readonly flags: Readonly<Record<string, boolean | number | string>>;
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly slot: string;
  }[];
  readonly declared: {
    readonly checks: readonly string[];
    readonly tasks: readonly string[];
    readonly commands: readonly string[];
  };
}

/** One run of a task or a remedy, or a step of an installation. */
export interface ReportView {
  readonly device: string;
  readonly site: string;
  readonly run: string;
  readonly subject: 'task' | 'remedy' | 'install';
  readonly name: string;
  readonly kind: string;
  readonly state:
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'timed-out'
    | 'cancelled'
    | 'interrupted'
    | 'skipped';
  /** UTC milliseconds by the device's clock; `endedAt` is absent while it runs. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** By the collector's clock. */
  readonly receivedAt: number;
  readonly trigger: string;
  readonly attempt: number;
  readonly text: string;
  readonly output: string;
  readonly changes: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

/** An event as it is kept. */
export interface EventRecord extends EventView {
  readonly device: string;
  readonly site: string;
  /** UTC milliseconds by the device's clock. */
  readonly at: number;
  /** By the collector's clock. */
  readonly receivedAt: number;
}

export interface DeviceView {
  readonly id: string;
  readonly site: string;
  /** Absent while the collector is too young to know. */
  readonly up?: boolean;
  /** UTC milliseconds by the collector's clock; `lastSeen` is 0 when never heard. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly agentVersion: string;
  readonly boot: string;
  readonly machine: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly heartbeatSeconds: number;
  /** The current epoch last. */
  readonly epochs: readonly EpochView[];
  /** Oldest first. */
  readonly gaps: readonly GapView[];
  /** For example `clone: two machines use this device id`. */
  readonly problems: readonly string[];
  /** What it found when it last checked itself; absent when it never said. */
  readonly health?: HealthView;
  /** What it says that it runs; absent when it never said. */
  readonly reported?: ReportedView;
}

/** A device in a list: without epochs and checks, and with a count of its gaps. */
export interface DeviceSummary extends Omit<DeviceView, 'epochs' | 'gaps' | 'health' | 'reported'> {
  /** Absent when the device never said how it is. */
  readonly health?: HealthBrief;
  /** Numbers that the device held when it last sent its `state`. */
  readonly held: number;
  readonly gapCount: number;
  readonly lastGap?: GapView;
}

/** One value as it arrived, in the series' stored labels (`__name__` included). */
export interface LiveSample {
  readonly labels: Readonly<Record<string, string>>;
  /** UTC milliseconds. */
  readonly time: number;
  readonly value: number;
}

export interface EventView {
  readonly name: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface LiveBase {
  readonly device: string;
  readonly site: string;
  /** UTC milliseconds: when the collector had it. */
  readonly at: number;
}

export type LiveMessage =
  | (LiveBase & { readonly kind: 'state'; readonly data: DeviceView })
  | (LiveBase & { readonly kind: 'sample'; readonly data: readonly LiveSample[] })
  | (LiveBase & { readonly kind: 'gap'; readonly data: GapView })
  | (LiveBase & { readonly kind: 'event'; readonly data: EventView });

export type LiveKind = LiveMessage['kind'];

export interface QuarantineEntry {
  readonly id: string;
  readonly topic: string;
  /** UTC milliseconds. */
  readonly receivedAt: number;
  /** Why it could not be read. */
  readonly reason: string;
  readonly bytes: number;
}

export interface Readiness {
  readonly ready: boolean;
  /** What is still missing, for a person. */
  readonly reasons: readonly string[];
}

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

export interface ComponentHealth {
  readonly name: string;
  readonly status: HealthStatus;
  readonly detail: string;
}

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
}
