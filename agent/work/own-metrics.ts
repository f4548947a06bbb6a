/** The agent about itself: `muster_agent_*`, sampled like everything else. */
import type { BufferStats } from '../ports.ts';
import {
  counter,
  gauge,
  type Metric,
  type Profile,
  type Sampler,
  sampler,
} from '../samplers/sampler.ts';
import type { LinkStats } from './link.ts';

export interface AgentFigures {
  /** UTC milliseconds. */
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly buffer: BufferStats;
  readonly link: LinkStats;
  readonly clockTrust: number;
}

type Row = readonly [Metric, (figures: AgentFigures) => number];

/** What every fleet wants to see: its cost, its backlog, its losses. */
const CORE: readonly Row[] = [
  [counter('muster_agent_cpu_seconds_total', 'CPU time used.'), (f) => f.cpuSeconds],
  [gauge('muster_agent_resident_memory_bytes', 'Memory held.'), (f) => f.residentBytes],
  [gauge('muster_agent_buffer_bytes', 'Bytes of waiting records.'), (f) => f.buffer.bytes],
  [gauge('muster_agent_buffer_records', 'Waiting records.'), (f) => f.buffer.records],
  [
    counter('muster_agent_buffer_dropped_samples_total', 'Samples dropped at the cap.'),
    (f) => f.buffer.droppedSamples,
  ],
  [counter('muster_agent_link_connects_total', 'Connections made.'), (f) => f.link.connects],
  [counter('muster_agent_link_sent_bytes_total', 'Payload bytes sent.'), (f) => f.link.sentBytes],
  [
    gauge('muster_agent_clock_trust', '0: no time known, 1: synchronised, 2: estimated.'),
    (f) => f.clockTrust,
  ],
];

const DETAILS: readonly Row[] = [
  [gauge('muster_agent_start_time_seconds', 'Unix time of the start.'), (f) => f.startedAt / 1000],
  [gauge('muster_agent_buffer_capacity_bytes', 'The cap.'), (f) => f.buffer.capBytes],
  [
    counter('muster_agent_buffer_thinned_samples_total', 'Samples thinned at the cap.'),
    (f) => f.buffer.thinnedSamples,
  ],
  [
    counter('muster_agent_buffer_damaged_records_total', 'Records that failed their checksum.'),
    (f) => f.buffer.damagedRecords,
  ],
  [
    counter('muster_agent_link_acknowledged_total', 'Records acknowledged.'),
    (f) => f.link.acknowledged,
  ],
  [counter('muster_agent_link_resent_total', 'Records sent again.'), (f) => f.link.resent],
];

const INTERVAL_SECONDS = 60;

export function ownMetrics(figures: () => AgentFigures, profile: Profile): Sampler {
  const rows = profile === 'full' ? [...CORE, ...DETAILS] : CORE;
  return sampler<AgentFigures>({
    name: 'muster_agent',
    summary: 'the agent itself',
    profiles: ['edge', 'full'],
    intervalSeconds: INTERVAL_SECONDS,
    timeoutMs: 1_000,
    metrics: rows.map(([metric]) => metric),
    read: () => figures(),
    parse: (raw, emit) => {
      for (const [metric, of] of rows) emit(metric, of(raw));
    },
  });
}
