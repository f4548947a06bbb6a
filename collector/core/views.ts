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
}

/** A device in a list: without epochs and with a count of its gaps. */
export interface DeviceSummary extends Omit<DeviceView, 'epochs' | 'gaps'> {
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
