/** What the HTTP side asks of the rest of the collector. `work/` and `app.ts` bring it. */
import type { Evaluated } from '../core/query/engine.ts';
import type { Matcher, RangeSteps } from '../core/query/types.ts';
import type {
  BuildInfo,
  DeviceView,
  LiveKind,
  LiveMessage,
  QuarantineEntry,
} from '../core/views.ts';
import type { Cancel } from '../ports.ts';

export interface DeviceDirectory {
  list(): readonly DeviceView[];
  get(id: string): DeviceView | undefined;
  /** Ends its series, clears its retained topics; false when the id is unknown. */
  forget(id: string): Promise<boolean>;
  /** Calls after each change with the device's id. */
  onChange(listener: (id: string) => void): Cancel;
}

export interface LiveFilter {
  /** Absent means all. */
  readonly devices?: readonly string[];
  readonly kinds?: readonly LiveKind[];
}

export interface LiveFeed {
  /** The listener must not throw and must not wait. */
  subscribe(filter: LiveFilter, listener: (message: LiveMessage) => void): Cancel;
}

/** Messages that could not be decoded, kept in a bounded place to be looked at. */
export interface QuarantineView {
  /** Newest first. */
  list(limit: number): Promise<readonly QuarantineEntry[]>;
  get(id: string): Promise<(QuarantineEntry & { readonly payload: Uint8Array }) | undefined>;
}

/** PromQL as text: read, checked, written anew. All throw `QueryError` with the place. */
export interface Expressions {
  /** A series selector: no range, no `offset`, no `@`; something must be asked for. */
  matchers(text: string): readonly Matcher[];
  /** The expression as Prometheus would lay it out. */
  format(text: string): string;
  /** Its tree, in the form of Prometheus' `parse_query`. */
  tree(text: string): unknown;
}

export interface DeskOptions {
  readonly lookbackMs?: number;
  /** May only shorten the time that every query has. */
  readonly timeoutMs?: number;
  /** The client left. */
  readonly signal?: AbortSignal;
}

export interface Answered extends Evaluated {
  readonly queuedMs: number;
  readonly evaluationMs: number;
}

/** Queries of people, within limits on how many, how long and how much. */
export interface QueryDesk {
  instant(expression: string, at: number, options: DeskOptions): Promise<Answered>;
  range(expression: string, steps: RangeSteps, options: DeskOptions): Promise<Answered>;
}

/** What the collector says of itself in Prometheus' status pages. */
export interface ServerFacts {
  readonly build: BuildInfo;
  readonly startedAt: number;
  readonly hostname: string;
  readonly cpus: number;
  /** The running configuration as YAML, without secrets. */
  readonly config: () => string;
  readonly retentionMs: number;
  readonly query: {
    readonly timeoutMs: number;
    readonly maxSamples: number;
    readonly concurrency: number;
    readonly lookbackMs: number;
  };
}
