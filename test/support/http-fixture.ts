/** The HTTP server over plain memory: what tests of the API, the command line and the page share. */
import { createMetrics } from '../../collector/core/metrics.ts';
import type {
  ComponentHealth,
  DeviceView,
  LiveMessage,
  Readiness,
} from '../../collector/core/views.ts';
import { DEFAULT_LIMITS, type HttpLimits, type HttpOptions } from '../../collector/io/http/deps.ts';
import { EventStreams } from '../../collector/io/http/event-streams.ts';
import { fleetEvents } from '../../collector/io/http/events.ts';
import { fleetReports } from '../../collector/io/http/reports.ts';
import { buildHttp } from '../../collector/io/http/server.ts';
import type { AlertingView } from '../../collector/ports/alerting.ts';
import type { LiveFilter } from '../../collector/ports/http.ts';
import type { OnCallView } from '../../collector/ports/oncall.ts';
import type { SampleSink, WrittenSeries } from '../../collector/ports/samples.ts';
import type { Clock, Log } from '../../collector/ports.ts';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { Reports } from '../../collector/work/fleet/reports.ts';
import { MetricDescriptions } from '../../collector/work/outside-samples/descriptions.ts';
import { expressions } from '../../collector/work/query/expressions.ts';
import {
  DEFAULT_QUERY_LIMITS,
  LimitedQueries,
  type QueryLimits,
} from '../../collector/work/query/query-desk.ts';
import { StoreSource } from '../../collector/work/query/store-source.ts';
import { MemoryCatalog } from './alerting/memory-catalog.ts';
import { MemoryStore } from './memory-store.ts';

export const NOW = Date.UTC(2026, 10, 21, 12);

/** Timers of the machine, a wall clock that the test may hold. */
function realClock(wall: () => number = Date.now): Clock {
  return {
    wall,
    mono: () => performance.now(),
    after(delayMs, action) {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export function device(id: string, more: Partial<DeviceView> = {}): DeviceView {
  return {
    id,
    site: 'berlin',
    up: true,
    firstSeen: NOW - 86_400_000,
    lastSeen: NOW - 2000,
    agentVersion: '0.1.0',
    boot: 'aabbccddeeff0011',
    machine: '1100ffeeddccbbaa',
    labels: { ring: 'canary' },
    facts: { model: 'Raspberry Pi 4', os: 'Debian 13' },
    capabilities: ['metrics'],
    heartbeatSeconds: 60,
    epochs: [
      { epoch: '0102030405060708', low: 5, next: 9, received: [{ first: 5, last: 6 }], spans: 1 },
    ],
    gaps: [],
    problems: [],
    ...more,
  };
}

/** A feed that the test speaks into. */
class TestFeed {
  private readonly listeners = new Map<(message: LiveMessage) => void, LiveFilter>();

  get size(): number {
    return this.listeners.size;
  }

  subscribe(filter: LiveFilter, listener: (message: LiveMessage) => void): () => void {
    this.listeners.set(listener, filter);
    return () => this.listeners.delete(listener);
  }

  tell(message: LiveMessage): void {
    for (const [listener, { devices, kinds }] of this.listeners) {
      const wanted =
        (devices?.includes(message.device) ?? true) && (kinds?.includes(message.kind) ?? true);
      if (wanted) listener(message);
    }
  }
}

export interface FixtureOptions extends Partial<Omit<HttpOptions, 'limits'>> {
  readonly limits?: Partial<HttpLimits>;
  readonly queryLimits?: Partial<QueryLimits>;
  readonly wall?: () => number;
  readonly devices?: readonly DeviceView[];
}

const noAlerting: AlertingView = {
  configText: () => '',
  startedAt: 0,
  resolveTimeoutMs: 300_000,
  receivers: () => [],
  alerts: () => [],
  groups: () => [],
  put: () => Promise.resolve(),
  silences: {
    list: () => [],
    get: () => undefined,
    set: () => Promise.reject(new Error('no alerting here')),
    expire: () => Promise.reject(new Error('no alerting here')),
  },
  history: { list: () => Promise.resolve([]) },
};

const nobody = () => Promise.reject(new Error('nobody is on call here'));
const noOnCall: OnCallView = {
  alerts: () => [],
  acknowledge: nobody,
  unacknowledge: nobody,
  maintenances: () => [],
  beginMaintenance: nobody,
  endMaintenance: nobody,
  climbs: () => [],
  report: nobody,
  openLink: nobody,
  useLink: nobody,
};

export function httpFixture({
  limits,
  queryLimits,
  wall = () => NOW,
  devices = [],
  ...more
}: FixtureOptions = {}) {
  const store = new MemoryStore();
  const feed = new TestFeed();
  const known = new Map(devices.map((one) => [one.id, one]));
  const state: { readiness: Readiness; components: ComponentHealth[] } = {
    readiness: { ready: true, reasons: [] },
    components: [{ name: 'store', status: 'healthy', detail: 'writable' }],
  };
  const metrics = createMetrics();
  const written: WrittenSeries[] = [];
  const descriptions = new MetricDescriptions();
  const clock = realClock(wall);
  const bounds = { ...DEFAULT_QUERY_LIMITS, ...queryLimits };
  const queries = new LimitedQueries({
    engine: new PromqlEngine(new StoreSource(store), bounds),
    clock,
    limits: bounds,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const sink: SampleSink = {
    write: (series) => {
      written.push(...series);
      return Promise.resolve({ refused: 0 });
    },
  };
  const build = { version: '0.1.0', revision: 'test' };
  const reports = new Reports({ clock, log: silentLog, catalog: new MemoryCatalog() });
  const merged = { ...DEFAULT_LIMITS, ...limits };
  const streams = new EventStreams(clock, metrics, merged);
  const app = buildHttp(
    {
      clock,
      log: silentLog,
      store,
      queries,
      expressions,
      samples: { write: (series) => sink.write(series) },
      metadata: descriptions,
      rules: { groups: () => [] },
      alerting: noAlerting,
      notifyTester: { test: () => Promise.resolve(undefined) },
      oncall: noOnCall,
      facts: {
        ...{ build, startedAt: wall(), hostname: 'host', cpus: 2, query: bounds },
        config: () => 'data: /var/lib/muster-collector\n',
        retentionMs: 1_296_000_000,
      },
      devices: {
        list: () => [...known.values()],
        get: (id) => known.get(id),
        forget: (id) => Promise.resolve(known.delete(id)),
        onChange: () => () => {},
      },
      ...{ feed, streams },
      quarantine: {
        list: (limit) => Promise.resolve([entry].slice(0, limit)),
        get: (id) =>
          Promise.resolve(
            id === entry.id ? { ...entry, payload: Uint8Array.of(0xff, 0x01) } : undefined,
          ),
      },
      metrics,
      readiness: () => state.readiness,
      components: () => state.components,
      build,
      parts: [fleetReports(reports), fleetEvents(reports)],
    },
    {
      loopback: true,
      hostNames: [],
      webRoot: '/nonexistent',
      ...more,
      limits: merged,
    },
  );
  const told = { written, sink, descriptions, reports };
  return { app, store, feed, devices: known, state, metrics, queries, ...told };
}

const entry = {
  id: '7',
  topic: 'muster/v1/berlin/pi-1/m',
  receivedAt: NOW - 60_000,
  reason: 'truncated at batch',
  bytes: 2,
};
