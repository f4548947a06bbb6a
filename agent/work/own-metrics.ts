/** The agent about itself: `muster_agent_*`, sampled like everything else. */
import { counter, gauge, type Sampler, sampler } from '../samplers/sampler.ts';

export interface AgentFigures {
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly bufferBytes: number;
  readonly bufferCapBytes: number;
  readonly bufferRecords: number;
  readonly droppedSamples: number;
  readonly thinnedSamples: number;
  readonly connects: number;
  readonly sentBytes: number;
  readonly acknowledged: number;
  readonly resent: number;
  readonly roundTripMs: number;
  readonly clockTrust: number;
}

const ROWS: readonly (readonly [ReturnType<typeof gauge>, (figures: AgentFigures) => number])[] = [
  [
    gauge('muster_agent_start_time_seconds', 'Unix time at which the agent started.'),
    (f) => f.startedAt / 1000,
  ],
  [counter('muster_agent_cpu_seconds_total', 'CPU time that the agent used.'), (f) => f.cpuSeconds],
  [
    gauge('muster_agent_resident_memory_bytes', 'Memory that the agent holds.'),
    (f) => f.residentBytes,
  ],
  [
    gauge('muster_agent_buffer_bytes', 'Bytes of records that wait for the collector.'),
    (f) => f.bufferBytes,
  ],
  [
    gauge('muster_agent_buffer_capacity_bytes', 'Most bytes of records that may wait.'),
    (f) => f.bufferCapBytes,
  ],
  [
    gauge('muster_agent_buffer_records', 'Records that wait for the collector.'),
    (f) => f.bufferRecords,
  ],
  [
    counter('muster_agent_buffer_dropped_samples_total', 'Samples dropped at the cap.'),
    (f) => f.droppedSamples,
  ],
  [
    counter('muster_agent_buffer_thinned_samples_total', 'Samples thinned out at the cap.'),
    (f) => f.thinnedSamples,
  ],
  [counter('muster_agent_link_connects_total', 'Connections to the broker.'), (f) => f.connects],
  [counter('muster_agent_link_sent_bytes_total', 'Payload bytes sent.'), (f) => f.sentBytes],
  [
    counter('muster_agent_link_acknowledged_total', 'Records that the collector acknowledged.'),
    (f) => f.acknowledged,
  ],
  [
    counter('muster_agent_link_resent_total', 'Records sent again for want of an answer.'),
    (f) => f.resent,
  ],
  [
    gauge('muster_agent_link_round_trip_seconds', 'From sending a record to its acknowledgement.'),
    (f) => f.roundTripMs / 1000,
  ],
  [
    gauge('muster_agent_clock_trust', '0: no time known, 1: synchronised, 2: estimated.'),
    (f) => f.clockTrust,
  ],
];

const INTERVAL_SECONDS = 60;

export function ownMetrics(figures: () => AgentFigures): Sampler {
  return sampler<AgentFigures>({
    name: 'muster_agent',
    summary: 'the agent itself',
    profiles: ['edge', 'full'],
    intervalSeconds: INTERVAL_SECONDS,
    timeoutMs: 1_000,
    metrics: ROWS.map(([metric]) => metric),
    read: () => figures(),
    parse: (raw, emit) => {
      for (const [metric, of] of ROWS) emit(metric, of(raw));
    },
  });
}
