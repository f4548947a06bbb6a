/** The collector about itself: `muster_collector_*` on `/metrics`. */
import type { Metrics } from '../core/metrics.ts';
import type { Bus, Journal, SampleStore } from '../ports.ts';
import type { IngestCounts } from './counts.ts';
import type { Directory } from './directory.ts';

export interface InstrumentDeps {
  readonly metrics: Metrics;
  readonly counts: IngestCounts;
  readonly bus: Bus;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly directory: Directory;
  readonly queries: { readonly running: number; readonly waiting: number };
}

/** Seconds from a sample to the store: a beat of batches up to an hour behind. */
const LAG_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600];

export function instrument(deps: InstrumentDeps): void {
  ingestMetrics(deps);
  storeMetrics(deps);
  busMetrics(deps);
  queryMetrics(deps);
  processMetrics(deps.metrics);
}

function ingestMetrics({ metrics, counts, directory }: InstrumentDeps): void {
  const rows = [
    ['messages_total', 'Messages received from devices.', () => counts.messages],
    ['received_bytes_total', 'Payload bytes received from devices.', () => counts.bytes],
    ['batches_total', 'Sample batches accepted.', () => counts.batches],
    ['samples_total', 'Samples accepted.', () => counts.samples],
    ['repeats_total', 'Messages that were durable already.', () => counts.repeats],
    ['events_total', 'Events accepted.', () => counts.events],
    ['gaps_total', 'Gaps reported or found.', () => counts.gaps],
    ['quarantined_total', 'Messages set aside as undecodable.', () => counts.quarantined],
    ['ignored_total', 'Messages without use for this version.', () => counts.ignored],
    ['failed_total', 'Messages that met a mistake of the collector.', () => counts.failed],
    ['acks_total', 'Acknowledgements sent.', () => counts.acks],
    ['needs_total', 'Things asked of devices.', () => counts.needs],
  ] as const;
  for (const [name, help, read] of rows)
    follow(metrics, `muster_collector_ingest_${name}`, help, read);
  const deferred = metrics.counters({
    name: 'muster_collector_ingest_deferred_total',
    help: 'Messages left unacknowledged, by reason.',
    labels: ['reason'],
  });
  metrics.onCollect(() => {
    for (const [reason, total] of Object.entries(counts.deferred))
      deferred.with({ reason }).follow(total);
  });
  follow(
    metrics,
    'muster_collector_ingest_errors_total',
    'Messages that could not be taken: undecodable, failed, or refused for want of room.',
    () => counts.quarantined + counts.failed + counts.deferred.storage + counts.deferred.overload,
  );
  const lag = metrics.histogram({
    name: 'muster_collector_ingest_lag_seconds',
    help: 'From the newest sample of a live batch until it was stored.',
    buckets: LAG_BUCKETS,
  });
  counts.onLag = (seconds) => lag.observe(seconds);
  const devices = metrics.gauge({ name: 'muster_collector_devices', help: 'Devices known.' });
  metrics.onCollect(() => devices.set(directory.size));
}

function storeMetrics({ metrics, store, journal }: InstrumentDeps): void {
  const gauges = [
    ['store_series', 'Series in the index.', () => store.stats().series],
    [
      'store_head_samples',
      'Samples in memory that wait for their chunk.',
      () => store.stats().headSamples,
    ],
    ['store_partitions', 'Days on disk.', () => store.stats().partitions],
    ['store_disk_bytes', 'Bytes on disk.', () => store.stats().diskBytes],
    ['store_writable', '1 while the disk takes writes.', () => Number(store.stats().writable)],
    ['journal_bytes', 'Bytes of the journal.', () => journal.stats().bytes],
    ['journal_segments', 'Files of the journal.', () => journal.stats().segments],
    [
      'journal_damaged_bytes',
      'Bytes of the journal that could not be read.',
      () => journal.stats().damagedBytes,
    ],
  ] as const;
  for (const [name, help, read] of gauges) {
    const gauge = metrics.gauge({ name: `muster_collector_${name}`, help });
    metrics.onCollect(() => gauge.set(read()));
  }
  const prefix = 'muster_collector_store';
  follow(
    metrics,
    `${prefix}_series_refused_total`,
    'Series refused by a limit.',
    () => store.stats().seriesRefused,
  );
  follow(
    metrics,
    `${prefix}_samples_refused_total`,
    'Samples that were not stored.',
    () => store.stats().samplesRefused,
  );
  const refused = metrics.counters({
    name: `${prefix}_refused_total`,
    help: 'Samples that were not stored, by reason.',
    labels: ['reason'],
  });
  metrics.onCollect(() => {
    const { tooOld, future, limit, repeated } = store.stats().refused;
    refused.with({ reason: 'too-old' }).follow(tooOld);
    refused.with({ reason: 'future' }).follow(future);
    refused.with({ reason: 'limit' }).follow(limit);
    refused.with({ reason: 'repeated' }).follow(repeated);
  });
  follow(
    metrics,
    `${prefix}_samples_total`,
    'Samples stored.',
    () => store.stats().samplesAppended,
  );
}

function busMetrics({ metrics, bus }: InstrumentDeps): void {
  const connected = metrics.gauge({
    name: 'muster_collector_bus_connected',
    help: '1 while the broker works.',
  });
  const clients = metrics.gauge({
    name: 'muster_collector_bus_connections',
    help: 'MQTT clients connected.',
  });
  const refused = metrics.counters({
    name: 'muster_collector_bus_refused_total',
    help: 'What the broker refused, by reason.',
    labels: ['reason'],
  });
  metrics.onCollect(() => {
    const stats = bus.stats();
    connected.set(Number(stats.connected));
    clients.set(stats.connections);
    for (const [reason, total] of stats.refused) refused.with({ reason }).follow(total);
  });
}

function queryMetrics({ metrics, queries }: InstrumentDeps): void {
  metrics
    .gauge({ name: 'muster_collector_queries', help: 'Queries being evaluated.' })
    .follow(() => queries.running);
  metrics
    .gauge({ name: 'muster_collector_queries_waiting', help: 'Queries that wait for room.' })
    .follow(() => queries.waiting);
}

function processMetrics(metrics: Metrics): void {
  follow(metrics, 'process_cpu_seconds_total', 'CPU time used.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  const resident = metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Memory held.' });
  metrics.onCollect(() => resident.set(process.memoryUsage.rss()));
}

/** A counter whose truth is kept elsewhere. */
function follow(metrics: Metrics, name: string, help: string, read: () => number): void {
  const counter = metrics.counter({ name, help });
  metrics.onCollect(() => counter.follow(read()));
}
