/** What the configuration says of queries, and what the server tells of itself. */
import { availableParallelism, hostname } from 'node:os';
import { show } from '../../protocol/config/show.ts';
import { VERSION } from '../../protocol/version.ts';
import { type CollectorConfig, collectorSchema, keyed } from '../config.ts';
import type { ServerFacts } from '../ports/http.ts';
import type { QueryLimits } from '../work/query/query-desk.ts';

export function queryLimits({ query }: CollectorConfig): QueryLimits {
  const { timeout, maxSamples, concurrency, lookback } = query;
  return { timeoutMs: timeout, maxSamples, concurrency, lookbackMs: lookback };
}

export function serverFacts(config: () => CollectorConfig, startedAt: number): ServerFacts {
  return {
    build: { version: VERSION, revision: '' },
    startedAt,
    hostname: hostname(),
    cpus: availableParallelism(),
    config: () => show(collectorSchema, keyed(config())),
    retentionMs: config().store.retention.raw,
    query: queryLimits(config()),
  };
}
