/** Agent, link, broker and collector as processes, and what can be done to them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { CollectorConfig } from '../../../collector/config.ts';
import type { DeviceView } from '../../../collector/core/views.ts';
import { GAP_CAUSES } from '../../../protocol/messages/event.ts';
import { type Account, type ReportedGap, readLedger, settle } from './account.ts';
import type { AgentSettings } from './agent-under-test.ts';
import type { Need } from './faults/need.ts';
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
const SITES = ['lab', 'annex'] as const;
/** Enough for a run, small enough to be filled at once. */
const DISKS = { agent: '24m', collector: '96m' } as const;
const COLUMNS = 3;
const EMPTY_MS = 30_000;

export class Pipeline {
  readonly link: LinkProxy;
  readonly agent: Program;
  /** The same agent without samplers. */
  readonly drainer: Program;
  /** Another machine under the same device id, without samplers. */
  readonly clone: Program;
  readonly collector: Program;
  readonly broker: Program | undefined;
  private readonly options: PipelineOptions;
  private readonly http: string;
  private readonly brokerPort: number;
  private readonly mounted: string[];
  private moves = 0;

  static async open(options: PipelineOptions): Promise<Pipeline> {
    const { folder } = options;
    const mounted = Object.entries(DISKS).flatMap(([name, size]) => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      return smallDisk(path, size) ? [path] : [];
    });
    const mqtt = await freePort();
    const link = new LinkProxy(mqtt);
    return new Pipeline(options, link, mqtt, await freePort(), await link.port, mounted);
  }

  private constructor(
    options: PipelineOptions,
    link: LinkProxy,
    mqtt: number,
    http: number,
    near: number,
    mounted: string[],
  ) {
    const { folder, programs, mosquitto } = options;
    this.options = options;
    this.mounted = mounted;
    this.link = link;
    this.brokerPort = mqtt;
    this.http = `http://127.0.0.1:${http}`;
    const makeAgent = (quiet: boolean, name: string) => {
      const command = () => {
        const settings = { ...agentSettings(options, near, name, this.site), quiet };
        return [process.execPath, programs.agent, JSON.stringify(settings)];
      };
      return new Program(command, join(folder, `${name}.log`));
    };
    this.agent = makeAgent(false, 'agent');
    this.drainer = makeAgent(true, 'agent');
    this.clone = makeAgent(true, 'clone');
    const collector = JSON.stringify(collectorConfig(options, mqtt, http));
    this.collector = new Program(
      () => [process.execPath, programs.collector, collector],
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

  readonly device = DEVICE;

  get agentData(): string {
    return join(this.options.folder, 'agent');
  }

  get collectorData(): string {
    return join(this.options.folder, 'collector');
  }

  private get site(): string {
    return SITES[this.moves % SITES.length] as string;
  }

  has(need: Need): boolean {
    return need === 'broker' ? this.broker !== undefined : this.mounted.length > 0;
  }

  /** From its next start on the agent belongs to the other site. */
  moveAgent(): void {
    this.moves++;
  }

  /** A client of the broker that is none of ours. With a capital in its id it only watches. */
  async as<T>(clientId: string, action: (client: MqttClient) => Promise<T>): Promise<T> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.brokerPort}`, {
      clientId,
      reconnectPeriod: 0,
      connectTimeout: 2_000,
    });
    try {
      return await action(client);
    } finally {
      await client.endAsync(true);
    }
  }

  /** Until something new is in the store. */
  async untilStored(): Promise<void> {
    const before = (await this.column(0)).length;
    const until = Date.now() + EMPTY_MS;
    while ((await this.column(0)).length === before) {
      if (Date.now() > until) throw new Error('nothing new is stored');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops the agent with nothing left in its buffer that the collector does not have. */
  async emptyAgent(): Promise<void> {
    const { lost } = await this.drain(new Set(Object.keys(GAP_CAUSES)), EMPTY_MS);
    if (lost.length > 0) throw new Error(`${lost.length} readings are not delivered`);
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
    for (const program of [this.agent, this.drainer, this.clone, this.collector, this.broker])
      await program?.end('SIGKILL');
    await this.link.close();
    for (const path of this.mounted) execFileSync('/bin/umount', ['-l', path]);
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

  private async view(): Promise<DeviceView | undefined> {
    const response = await fetch(`${this.http}/api/muster/v1/devices/${DEVICE}`);
    return response.ok ? ((await response.json()) as DeviceView) : undefined;
  }

  private async gaps(): Promise<readonly ReportedGap[]> {
    return (await this.view())?.gaps ?? [];
  }
}

/** Answers false without the right to mount. */
function smallDisk(path: string, size: string): boolean {
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

function agentSettings(
  { folder, intervalMs, batchMs }: PipelineOptions,
  near: number,
  name: string,
  site: string,
): Omit<AgentSettings, 'quiet'> {
  return {
    ledger: join(folder, 'ledger'),
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
    backups: { maxBytes: 1_048_576, keep: 1 },
    commands: { perSecond: 200 },
    history: { age: DAY, runsPerDevice: 100, eventsPerDevice: 100, commands: DAY, rollouts: DAY },
    releases: {},
    desired: { grace: 300_000 },
    capacity: { collectors: 1 },
    insecure: false,
  };
}

function mosquittoProgram(folder: string, path: string, port: number): Program {
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`,
  );
  return new Program(() => [path, '-c', file], join(folder, 'mosquitto.log'));
}
