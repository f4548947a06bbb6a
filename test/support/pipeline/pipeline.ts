/** Agent, link, broker and collector as processes, and what can be done to them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectorConfig } from '../../../collector/config.ts';
import type { DeviceView } from '../../../collector/core/views.ts';
import { type Account, type ReportedGap, readLedger, settle } from './account.ts';
import type { AgentSettings } from './agent-under-test.ts';
import { LinkProxy } from './link-proxy.ts';
import { freePort, Program } from './programs.ts';

export interface PipelineOptions {
  readonly folder: string;
  readonly programs: { readonly agent: string; readonly collector: string };
  readonly intervalMs: number;
  readonly batchMs: number;
  /** mosquitto's path for an external broker; absent: the collector's own. */
  readonly mosquitto?: string;
}

export type PipelineAccount = Account & { readonly gaps: readonly ReportedGap[] };

const DEVICE = 'device-under-test';
const SITE = 'lab';
const COLUMNS = 3;

export class Pipeline {
  readonly link: LinkProxy;
  readonly agent: Program;
  /** The same agent without samplers. */
  readonly drainer: Program;
  readonly collector: Program;
  readonly broker: Program | undefined;
  private readonly options: PipelineOptions;
  private readonly http: string;
  private readonly brokerPort: number;

  static async open(options: PipelineOptions): Promise<Pipeline> {
    mkdirSync(options.folder, { recursive: true });
    const mqtt = await freePort();
    const link = new LinkProxy(mqtt);
    return new Pipeline(options, link, mqtt, await freePort(), await link.port);
  }

  private constructor(
    options: PipelineOptions,
    link: LinkProxy,
    mqtt: number,
    http: number,
    near: number,
  ) {
    const { folder, programs, mosquitto } = options;
    this.options = options;
    this.link = link;
    this.brokerPort = mqtt;
    this.http = `http://127.0.0.1:${http}`;
    const makeAgent = (quiet: boolean) => {
      const settings = JSON.stringify({ ...agentSettings(options, near), quiet });
      return new Program([process.execPath, programs.agent, settings], join(folder, 'agent.log'));
    };
    this.agent = makeAgent(false);
    this.drainer = makeAgent(true);
    const collector = JSON.stringify(collectorConfig(options, mqtt, http));
    this.collector = new Program(
      [process.execPath, programs.collector, collector],
      join(folder, 'collector.log'),
    );
    this.broker = mosquitto === undefined ? undefined : mosquittoProgram(folder, mosquitto, mqtt);
  }

  async start(): Promise<void> {
    await this.broker?.start();
    await this.startCollector();
    await this.agent.start('started');
  }

  startCollector(): Promise<void> {
    return this.collector.start('started');
  }

  /** Stops sampling and delivers what is left, until nothing is missing or the time is over. */
  async drain(allowed: ReadonlySet<string>, deadlineMs: number): Promise<PipelineAccount> {
    await this.agent.end('SIGTERM');
    await this.drainer.start('started');
    const until = Date.now() + deadlineMs;
    let account = await this.account(allowed);
    while (account.lost.length > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      account = await this.account(allowed);
    }
    await this.drainer.end('SIGTERM');
    return account;
  }

  private async account(allowed: ReadonlySet<string>): Promise<PipelineAccount> {
    const columns = await Promise.all(Array.from({ length: COLUMNS }, (_, n) => this.column(n)));
    const gaps = await this.gaps();
    return { ...settle(readLedger(this.ledger), columns, gaps, allowed), gaps };
  }

  async close(): Promise<void> {
    await this.agent.end('SIGKILL');
    await this.collector.end('SIGKILL');
    await this.broker?.end('SIGKILL');
    await this.link.close();
  }

  get ledger(): string {
    return join(this.options.folder, 'ledger');
  }

  get address(): { readonly http: string; readonly mqttPort: number } {
    return { http: this.http, mqttPort: this.brokerPort };
  }

  /** All values of one column, in order of time. */
  private async column(n: number): Promise<number[]> {
    const query = new URLSearchParams({ query: `test_tick{n="${n}"}[1d]` });
    const response = await fetch(`${this.http}/api/v1/query?${query.toString()}`);
    const body = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
    return body.data.result.flatMap(({ values }) => values.map(([, value]) => Number(value)));
  }

  private async device(): Promise<DeviceView | undefined> {
    const response = await fetch(`${this.http}/api/muster/v1/devices/${DEVICE}`);
    return response.ok ? ((await response.json()) as DeviceView) : undefined;
  }

  private async gaps(): Promise<readonly ReportedGap[]> {
    return (await this.device())?.gaps ?? [];
  }
}

function agentSettings(
  { folder, intervalMs, batchMs }: PipelineOptions,
  near: number,
): Omit<AgentSettings, 'quiet'> {
  return {
    ledger: join(folder, 'ledger'),
    intervalMs,
    config: {
      site: SITE,
      device: DEVICE,
      labels: {},
      data: join(folder, 'agent'),
      log: { level: 'info', format: 'logfmt' },
      broker: { url: `mqtt://127.0.0.1:${near}`, keepalive: 2_000 },
      publish: { batch: batchMs },
      sampling: { profile: 'edge', interval: intervalMs },
      buffer: { cap: 64 * 1024 * 1024, syncInterval: 1_000, writeDelay: 500 },
      clock: { source: 'trust' },
      link: { window: 32, ackTimeout: 1_000, backoff: { min: 50, max: 400 } },
      inventory: { interval: 86_400_000 },
      socket: { path: join(folder, 'agent.sock') },
    },
  };
}

function collectorConfig(
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
    insecure: false,
  };
}

function mosquittoProgram(folder: string, path: string, port: number): Program {
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`,
  );
  return new Program([path, '-c', file], join(folder, 'mosquitto.log'));
}
