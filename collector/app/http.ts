/** The HTTP server over the collector's parts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../../protocol/config/address.ts';
import { VERSION } from '../../protocol/version.ts';
import type { CollectorConfig } from '../config.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Readiness } from '../core/views.ts';
import { capacity } from '../io/http/capacity.ts';
import { DEFAULT_LIMITS, type HttpPart } from '../io/http/deps.ts';
import { EventStreams } from '../io/http/event-streams.ts';
import { fleetEvents } from '../io/http/events.ts';
import { fleet } from '../io/http/fleet/routes.ts';
import { fleetReports } from '../io/http/reports.ts';
import { buildHttp } from '../io/http/server.ts';
import { shelves } from '../io/http/shelves.ts';
import { openBackups } from '../io/shelves/backups.ts';
import { openFeeds } from '../io/shelves/feeds.ts';
import type { Bus, Clock, Log } from '../ports.ts';
import type { Capacity } from '../work/capacity.ts';
import type { Directory } from '../work/directory.ts';
import type { Reports } from '../work/fleet/reports.ts';
import type { JournalHealth } from '../work/journal-health.ts';
import type { LiveViews } from '../work/live-views.ts';
import type { MetricDescriptions } from '../work/outside-samples/descriptions.ts';
import type { OutsideSamples } from '../work/outside-samples/outside-samples.ts';
import { expressions } from '../work/query/expressions.ts';
import type { LimitedQueries } from '../work/query/query-desk.ts';
import type { Alerts } from './alerts.ts';
import type { Fleet } from './fleet.ts';
import { componentsHealth } from './health.ts';
import { quarantineView } from './quarantine-view.ts';
import { serverFacts } from './server-facts.ts';
import type { Storage } from './storage.ts';
import type { Updates } from './updates.ts';

export interface HttpParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly bus: Bus;
  readonly directory: Directory;
  readonly journalHealth: JournalHealth;
  readonly storage: Storage;
  readonly queries: LimitedQueries;
  readonly alerts: Alerts;
  readonly reports: Reports;
  readonly fleet: Fleet;
  readonly updates: Updates;
  readonly capacity: Capacity;
  readonly views: LiveViews;
  readonly samples: OutsideSamples;
  readonly metadata: MetricDescriptions;
  readonly webRoot: string;
  readonly readiness: () => Readiness;
}

export function collectorHttp(parts: HttpParts, config: () => CollectorConfig): FastifyInstance {
  const { clock, log, metrics, alerts, views, queries, samples, metadata, readiness } = parts;
  const { store, quarantine } = parts.storage;
  const { listen, allowedHosts, tls } = config().http;
  const streams = new EventStreams(clock, metrics, DEFAULT_LIMITS);
  return buildHttp(
    {
      ...{ clock, log, store, queries, expressions, samples, metadata, metrics, readiness },
      rules: alerts.rules,
      alerting: alerts.views,
      notifyTester: alerts.tester,
      oncall: alerts.desk,
      facts: serverFacts(config, clock.wall()),
      devices: views,
      ...{ feed: views, streams },
      quarantine: quarantineView(quarantine),
      components: () => componentsHealth({ ...parts, ...parts.storage }),
      build: { version: VERSION, revision: '' },
      parts: routes(parts, streams, config),
    },
    {
      loopback: isLoopback(listen.host),
      hostNames: allowedHosts,
      webRoot: parts.webRoot,
      limits: DEFAULT_LIMITS,
      ...(tls && { tls: { key: readFileSync(tls.keyFile), cert: readFileSync(tls.certFile) } }),
    },
  );
}

/** Empty while it does not listen. */
export function addressOf({ server }: FastifyInstance, isEncrypted: boolean): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  const host = address.address.includes(':') ? `[${address.address}]` : address.address;
  return `${isEncrypted ? 'https' : 'http'}://${host}:${address.port}`;
}

function routes(
  parts: HttpParts,
  streams: EventStreams,
  config: () => CollectorConfig,
): readonly HttpPart[] {
  const { data } = config();
  const feeds = openFeeds(join(data, 'feeds'));
  const backups = openBackups(join(data, 'backups'), () => config().backups);
  return [
    capacity(() => parts.capacity.view()),
    shelves({ feeds, backups }),
    fleetReports(parts.reports),
    fleetEvents(parts.reports),
    fleet(parts.fleet.desk, streams),
    ...parts.updates.http,
  ];
}
