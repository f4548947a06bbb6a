/** What the HTTP server is built from; app.ts brings it, tests bring their own. */
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../core/metrics.ts';
import type { BuildInfo, ComponentHealth, Readiness } from '../../core/views.ts';
import type { AlertingView } from '../../ports/alerting.ts';
import type {
  DeviceDirectory,
  Expressions,
  LiveFeed,
  QuarantineView,
  QueryDesk,
  ServerFacts,
} from '../../ports/http.ts';
import type { NotifyTester } from '../../ports/notify.ts';
import type { OnCallView } from '../../ports/oncall.ts';
import type { RuleDirectory } from '../../ports/rules.ts';
import type { MetadataSink, MetadataSource, SampleSink } from '../../ports/samples.ts';
import type { Clock, Log, SampleStore } from '../../ports.ts';
import type { EventStreams, StreamLimits } from './event-streams.ts';

export interface HttpDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<
    SampleStore,
    'series' | 'labelNames' | 'labelValues' | 'metadata' | 'cardinality' | 'stats'
  >;
  readonly queries: QueryDesk;
  readonly expressions: Expressions;
  /** Where remote write puts its samples, and what it says of metrics. */
  readonly samples: SampleSink;
  readonly metadata: MetadataSink & MetadataSource;
  readonly rules: RuleDirectory;
  readonly alerting: AlertingView;
  readonly notifyTester: NotifyTester;
  readonly oncall: OnCallView;
  readonly facts: ServerFacts;
  readonly devices: DeviceDirectory;
  readonly feed: LiveFeed;
  readonly streams: EventStreams;
  readonly quarantine: QuarantineView;
  readonly metrics: Metrics;
  readonly readiness: () => Readiness;
  readonly components: () => readonly ComponentHealth[];
  readonly build: BuildInfo;
  /** Routes of parts that bring their own: fleet, reports, files. */
  readonly parts?: readonly HttpPart[];
}

/** A fastify plug-in: what it sets up holds for its own routes alone. */
export type HttpPart = (app: FastifyInstance) => Promise<void>;

export interface HttpOptions {
  /** The listener is on loopback: only local host names and `hostNames` are answered. */
  readonly loopback: boolean;
  /** Names under which people reach the server, without port; `[]` beyond loopback means any. */
  readonly hostNames: readonly string[];
  /** The folder of the built page. */
  readonly webRoot: string;
  /** PEM; without it the listener is not encrypted. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  readonly limits: HttpLimits;
}

export interface HttpLimits extends StreamLimits {
  readonly bodyBytes: number;
  /** Time for a request to arrive whole; `transferMs` where it carries a file. */
  readonly requestMs: number;
  readonly transferMs: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  bodyBytes: 1_048_576,
  requestMs: 30_000,
  transferMs: 3_600_000,
  streams: 256,
  streamBytes: 1_048_576,
  streamHeartbeatMs: 15_000,
  streamStallMs: 60_000,
};

/** The API's own branch; refusals there are problem+json. */
export const API = '/api/muster/v1';
/** Prometheus' branch, with Prometheus' own form of refusal. */
export const PROMETHEUS = '/api/v1';
