/** Figures out of a run, and their form for people. */
import type { Histogram } from './histogram.ts';
import type { Measured } from './run.ts';

const MOST_SHOWN = 60;
const INGEST = 'muster_collector_ingest_';

export type Summary = Readonly<
  Record<string, number | string | readonly string[] | readonly number[]>
>;

export function summarise(run: Measured): Summary {
  const { fleet, collector, options, seconds, watch } = run;
  const { counts } = fleet;
  const cpuUs = collector.after.cpuUs - collector.before.cpuUs;
  const written = collector.after.writtenBytes - collector.before.writtenBytes;
  return {
    fleet: `${options.devices} devices, ${options.series} series, ${options.rows} rows a message, ${rate(run)}, ${options.troubles.join(' and ') || 'well-behaved'}, ${options.processes} process(es)`,
    secondsMeasured: round(seconds, 1),
    connectAllMs: run.connectMs,
    pointsPerSecondSent: Math.round(counts.sentPoints / seconds),
    pointsPerSecondAcknowledged: Math.round(counts.ackedPoints / seconds),
    messagesPerSecond: Math.round(counts.acked / seconds),
    bytesPerPointOnWire: round(counts.sentBytes / counts.sentPoints, 2),
    ...quantiles('sampleToAckMs', fleet.ackLatency),
    ...quantiles('sampleToQueryableMs', watch.queryable),
    ...quantiles('queryRoundTripMs', watch.roundTrip),
    slowestQueryMs: Math.round(watch.slowestMs),
    collectorCpuUsPerPoint: round(cpuUs / counts.ackedPoints, 3),
    collectorCpuUsPerMessage: round(cpuUs / counts.acked, 1),
    collectorMainThreadUsPerMessage: round(run.mainThreadUs / counts.acked, 1),
    collectorCores: round(cpuUs / 1e6 / seconds, 2),
    collectorThreads: run.threads
      .filter(([, us]) => us > 0)
      .map(([name, us]) => `${name} ${us / 1_000} ms`),
    simulatorCpuUsPerMessage: round(run.simulatorUs / counts.acked, 1),
    simulatorCores: round(run.simulatorUs / 1e6 / seconds, 2),
    simulatorLateMs: Math.round(counts.lagMs),
    residentMiB: thinned(run.resident).map((bytes) => Math.round(bytes / 2 ** 20)),
    headSamplesAtEnd: run.gauge('muster_collector_store_head_samples'),
    journalMiBAtEnd: Math.round(run.gauge('muster_collector_journal_bytes') / 2 ** 20),
    peakMiB: Math.round(collector.after.peakBytes / 2 ** 20),
    diskWrittenBytesPerPoint: round(written / counts.ackedPoints, 2),
    diskMiBAtEnd: Math.round(run.diskBytes / 2 ** 20),
    messagesPerAck: round(counts.acked / counts.acks, 1),
    gaps: run.metrics(`${INGEST}gaps_total`),
    repeats: run.metrics(`${INGEST}repeats_total`),
    samplesIngested: run.metrics(`${INGEST}samples_total`),
    refusals: run.refusals,
    ...account(run),
    logLines: run.logLines.length,
    logWarnings: run.logLines.filter((line) => !line.includes('level=info')).slice(0, 5),
  };
}

function account({ restart, left, drainMs, total, markers }: Measured): Summary {
  return {
    ...(restart && {
      restartToListeningMs: restart.startMs,
      restartToAllBackMs: restart.backMs,
      restartToAllAcknowledgedMs: restart.drainedMs,
    }),
    resent: total.resent,
    reconnects: total.connects,
    failedConnects: total.failures,
    needs: total.needs,
    droppedBySimulatedReinstall: total.dropped,
    drainMs: Math.round(drainMs),
    unacknowledgedAtEnd: left,
    markersAcknowledged: markers.acknowledged,
    markersStored: markers.stored,
  };
}

export function print(summary: Summary): void {
  for (const [name, value] of Object.entries(summary)) {
    const text = typeof value === 'object' ? value.join(', ') || 'none' : value;
    console.log(`  ${name.padEnd(34)} ${text}`);
  }
}

/** Of an hour of seconds nobody reads each. */
function thinned(values: readonly number[]): readonly number[] {
  const step = Math.ceil(values.length / MOST_SHOWN);
  return values.filter((_, at) => at % step === 0);
}

function rate({ options }: Measured): string {
  return options.max ? `max rate, window ${options.window}` : `${options.intervalMs / 1_000} s`;
}

function quantiles(name: string, histogram: Histogram): Summary {
  if (histogram.count === 0) return {};
  const at = (share: number) => round(histogram.quantile(share), 1);
  return { [`${name}P50`]: at(0.5), [`${name}P99`]: at(0.99) };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
