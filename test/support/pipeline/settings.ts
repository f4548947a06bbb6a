/** What agent and collector of a pipeline are told: short times, so that faults come by the second. */
import { join } from 'node:path';
import type { CollectorConfig } from '../../../collector/config.ts';
import type { AgentSettings } from './agent-under-test.ts';

export interface PipelineOptions {
  readonly folder: string;
  readonly programs: { readonly agent: string; readonly collector: string };
  readonly intervalMs: number;
  readonly batchMs: number;
  /** mosquitto's path for an external broker; absent: the collector's own. */
  readonly mosquitto?: string;
}

/** One of the agents, all under one device id. */
export interface AgentRole {
  /** Of its data folder, log and socket. */
  readonly name: string;
  readonly ledger: string;
  readonly columns: readonly string[];
  /** Keeps the values of two agents apart that sample at the same time. */
  readonly offset: number;
  readonly quiet: boolean;
}

export const DEVICE = 'device-under-test';

export function agentSettings(
  { folder, intervalMs, batchMs }: PipelineOptions,
  { name, ...role }: AgentRole,
  near: number,
  site: string,
): AgentSettings {
  return {
    ...role,
    intervalMs,
    config: {
      site,
      device: DEVICE,
      labels: {},
      data: join(folder, name),
      log: { level: 'info', format: 'logfmt' },
      broker: { url: `mqtt://127.0.0.1:${near}`, keepalive: 2_000 },
      publish: { batch: batchMs },
      sampling: { profile: 'edge', interval: intervalMs },
      buffer: { cap: 64 * 1024 * 1024, syncInterval: 1_000, writeDelay: 500 },
      clock: { source: 'trust' },
      link: { window: 32, ackTimeout: 1_000, backoff: { min: 50, max: 400 } },
      inventory: { interval: 86_400_000 },
      folder,
      socket: { path: join(folder, `${name}.sock`) },
    },
  };
}

const DAY = 86_400_000;

export function collectorConfig(
  { folder, mosquitto }: PipelineOptions,
  mqtt: number,
  http: number,
): CollectorConfig {
  const limits = {
    packetBytes: 1_126_400,
    messagesPerSecond: 5_000,
    bytesPerSecond: 8 << 20,
    connections: 100,
  };
  return {
    data: join(folder, 'collector'),
    log: { level: 'info', format: 'logfmt' },
    http: { listen: { host: '127.0.0.1', port: http }, allowedHosts: [] },
    bus:
      mosquitto === undefined
        ? { kind: 'embedded', listen: { host: '127.0.0.1', port: mqtt }, limits }
        : { kind: 'external', url: `mqtt://127.0.0.1:${mqtt}` },
    store: {
      retention: { raw: 15 * 86_400_000, '1m': 90 * 86_400_000, '1h': 730 * 86_400_000 },
      limits: { seriesPerDevice: 5_000, series: 100_000 },
    },
    query: { timeout: 120_000, maxSamples: 1_000_000, concurrency: 20, lookback: 300_000 },
    // Faults come by the second: rules would only take processor time from them.
    rules: {
      files: [],
      shipped: false,
      interval: 15_000,
      queryOffset: 0,
      holdSilentDevices: true,
    },
    alerting: { retention: 86_400_000 },
    mirror: { metrics: 'on-demand' },
    liveness: { heartbeat: 60_000 },
    backups: { maxBytes: 1_048_576, keep: 1 },
    commands: { perSecond: 200 },
    history: { age: DAY, runsPerDevice: 100, eventsPerDevice: 100, commands: DAY, rollouts: DAY },
    releases: {},
    desired: { grace: 300_000 },
    capacity: { collectors: 1 },
    insecure: false,
  };
}
