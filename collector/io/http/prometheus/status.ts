/** What Grafana and other clients ask before they query, and what the server says of itself. */
import type { FastifyInstance } from 'fastify';
import { formatDuration } from '../../../../protocol/config/units.ts';
import { successBody } from '../../../core/query/format.ts';
import { QueryError } from '../../../core/query/types.ts';
import { type HttpDeps, PROMETHEUS } from '../deps.ts';
import { Params } from './params.ts';
import {
  alertmanagersSchema,
  buildinfoSchema,
  configSchema,
  flagsSchema,
  runtimeinfoSchema,
  tsdbSchema,
} from './schemas.ts';

/** Clients pick features by the version: this is the API that is spoken, ours follows the plus. */
const SPOKEN = '3.0.0';
const TSDB_ROWS = 10;
const MAX_TSDB_ROWS = 10_000;

type Deps = Pick<HttpDeps, 'facts' | 'store' | 'clock'>;

export function status(app: FastifyInstance, { facts, store, clock }: Deps): void {
  const answer = (url: string, schema: object, data: (params: Params) => unknown): void => {
    app.get(`${PROMETHEUS}${url}`, { schema }, (request, reply) =>
      reply.type('application/json').send(successBody(data(new Params(request)))),
    );
  };
  const { build, query } = facts;
  answer('/status/buildinfo', buildinfoSchema, () => ({
    application: 'Muster',
    version: `${SPOKEN}+muster.${build.version}`,
    revision: build.revision,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  }));
  answer('/status/runtimeinfo', runtimeinfoSchema, () => ({
    startTime: new Date(facts.startedAt).toISOString(),
    hostname: facts.hostname,
    serverTime: new Date(clock.wall()).toISOString(),
    reloadConfigSuccess: true,
    lastConfigTime: new Date(facts.startedAt).toISOString(),
    corruptionCount: store.stats().quarantinedPartitions.length,
    GOMAXPROCS: facts.cpus,
    storageRetention: formatDuration(facts.retentionMs),
  }));
  answer('/status/flags', flagsSchema, () => ({
    'query.lookback-delta': formatDuration(query.lookbackMs),
    'query.max-concurrency': String(query.concurrency),
    'query.max-samples': String(query.maxSamples),
    'query.timeout': formatDuration(query.timeoutMs),
    'storage.tsdb.retention.time': formatDuration(facts.retentionMs),
    'web.enable-remote-write-receiver': 'true',
  }));
  answer('/status/config', configSchema, () => ({ yaml: facts.config() }));
  answer('/status/tsdb', tsdbSchema, (params) => tsdb(store, params));
  // Notifications are made here: there is no Alertmanager beside it.
  answer('/alertmanagers', alertmanagersSchema, () => ({
    activeAlertmanagers: [],
    droppedAlertmanagers: [],
  }));
}

function tsdb(store: Deps['store'], params: Params): object {
  const text = params.text('limit');
  const limit = text === '' ? TSDB_ROWS : Number(text);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new QueryError('bad_data', 'limit must be a positive number');
  }
  const counts = store.cardinality(Math.min(limit, MAX_TSDB_ROWS));
  const { headSamples } = store.stats();
  return {
    headStats: {
      numSeries: counts.series,
      numLabelPairs: counts.labelPairs,
      numSamples: headSamples,
    },
    seriesCountByMetricName: counts.seriesByMetric,
    labelValueCountByLabelName: counts.valuesByLabel,
    memoryInBytesByLabelName: counts.bytesByLabel,
    seriesCountByLabelValuePair: counts.seriesByPair,
  };
}
