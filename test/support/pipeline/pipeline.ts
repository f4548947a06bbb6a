/** Agent, link, broker and collector as processes, and what can be done to them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import type { DeviceView } from '../../../collector/core/views.ts';
import { GAP_CAUSES } from '../../../protocol/messages/event.ts';
import { freePort } from '../free-port.ts';
import { type Account, type ReportedGap, readLedger, type Stored, settle, sum } from './account.ts';
import { allowingCutWrite } from './cut-write.ts';
import type { Need } from './faults/need.ts';
import { LinkProxy } from './link-proxy.ts';
import { Machine } from './machine.ts';
import { mosquittoProgram } from './mosquitto.ts';
import { Program } from './programs.ts';
import {
  type AgentRole,
  agentSettings,
  collectorConfig,
  DEVICE,
  type PipelineOptions,
} from './settings.ts';
import { smallDisk } from './small-disk.ts';

export type PipelineAccount = Account & { readonly gaps: readonly ReportedGap[] };

const SITES = ['lab', 'annex'] as const;
/** Enough for a run, small enough to be filled at once. */
const DISKS = { agent: '24m', collector: '96m' } as const;
/** A clone's own series: its samples may have the very times of the original's. */
const COLUMNS = { agent: ['0', '1', '2'], clone: ['c0', 'c1', 'c2'] } as const;
const CLONE_OFFSET = 1e13;
const SYNCED = pathToFileURL(join(import.meta.dirname, 'synced.mjs')).href;
/** For what hangs: a busy machine takes a minute to start a program. */
const EMPTY_MS = 180_000;

const ALL_CAUSES: ReadonlySet<string> = new Set(Object.keys(GAP_CAUSES));

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

export class Pipeline {
  readonly link: LinkProxy;
  readonly agent: Program;
  /** The same agent without samplers. */
  readonly drainer: Program;
  /** Another machine under the same device id, without samplers. */
  readonly stranger: Program;
  /** What is started from a copy of the agent's folder. */
  readonly clone: Program;
  private readonly cloneDrainer: Program;
  readonly collector: Program;
  readonly broker: Program | undefined;
  readonly machines: {
    readonly agent: Machine;
    readonly clone: Machine;
    readonly collector: Machine;
  };
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
    const machine = (name: string) => new Machine(folder, name);
    const machines = {
      agent: machine('agent'),
      clone: machine('clone'),
      collector: machine('collector'),
    };
    this.machines = machines;
    const makeAgent = (role: AgentRole, on: Machine) => {
      const command = () => {
        const settings = agentSettings(options, role, near, this.site);
        return [process.execPath, '--import', SYNCED, programs.agent, JSON.stringify(settings)];
      };
      const environment = { ...on.environment, MUSTER_TEST_SYNCED: this.synced };
      return new Program(command, join(folder, `${role.name}.log`), environment);
    };
    const own = { name: 'agent', ledger: this.ledger, columns: COLUMNS.agent, offset: 0 };
    const cloned = {
      ...{ name: 'clone', ledger: this.cloneLedger },
      ...{ columns: COLUMNS.clone, offset: CLONE_OFFSET },
    };
    this.agent = makeAgent({ ...own, quiet: false }, machines.agent);
    this.drainer = makeAgent({ ...own, quiet: true }, machines.agent);
    this.stranger = makeAgent({ ...own, name: 'stranger', quiet: true }, machines.agent);
    this.clone = makeAgent({ ...cloned, quiet: false }, machines.clone);
    this.cloneDrainer = makeAgent({ ...cloned, quiet: true }, machines.clone);
    const collector = JSON.stringify(collectorConfig(options, mqtt, http));
    this.collector = new Program(
      () => [process.execPath, programs.collector, collector],
      join(folder, 'collector.log'),
      machines.collector.environment,
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

  get cloneData(): string {
    return join(this.options.folder, 'clone');
  }

  /** How much of the agent's files is on the disk for certain: `synced.mjs`. */
  get synced(): string {
    return join(this.options.folder, 'synced');
  }

  readonly sites = SITES;

  get site(): string {
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
    const before = (await this.column('0')).length;
    const until = Date.now() + EMPTY_MS;
    while ((await this.column('0')).length === before) {
      if (Date.now() > until) throw new Error('nothing new is stored');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops the agent with nothing left in its buffer that the collector does not have. */
  async emptyAgent(): Promise<void> {
    const { lost } = await this.drain(ALL_CAUSES, EMPTY_MS);
    if (lost.length > 0) throw new Error(`${lost.length} readings are not delivered`);
  }

  /** Stops sampling and delivers what is left, until nothing is missing or the time is over. */
  async drain(allowed: ReadonlySet<string>, deadlineMs: number): Promise<PipelineAccount> {
    await this.agent.end('SIGTERM');
    await this.drainer.start('started');
    const until = Date.now() + deadlineMs;
    let account = await this.account(allowed);
    // What was called unreported may get its cause by a message that comes later.
    while (account.lost.length + account.forbidden.length > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      account = await this.account(allowed);
    }
    await this.drainer.end('SIGTERM');
    return account;
  }

  /** Stops the clone with nothing left in its buffer, while the agent goes on. */
  async emptyClone(): Promise<void> {
    await this.clone.end('SIGTERM');
    await this.cloneDrainer.start('started');
    const until = Date.now() + EMPTY_MS;
    const left = async () => (await this.accountOf('clone', [], ALL_CAUSES)).lost.length;
    while ((await left()) > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.cloneDrainer.end('SIGTERM');
    const lost = await left();
    if (lost > 0) throw new Error(`${lost} readings of the clone are not delivered`);
  }

  private async account(allowed: ReadonlySet<string>): Promise<PipelineAccount> {
    const gaps = await this.gaps();
    const here = allowingCutWrite(allowed, join(this.options.folder, 'agent.log'));
    const [agent, clone] = await Promise.all([
      this.accountOf('agent', gaps, here),
      this.accountOf('clone', gaps, here),
    ]);
    return { ...sum(agent, clone), gaps };
  }

  private async accountOf(
    who: keyof typeof COLUMNS,
    gaps: readonly ReportedGap[],
    allowed: ReadonlySet<string>,
  ): Promise<Account> {
    const columns = await Promise.all(COLUMNS[who].map((n) => this.column(n)));
    const ledger = who === 'agent' ? this.ledger : this.cloneLedger;
    return settle(readLedger(ledger), columns, gaps, allowed);
  }

  async close(): Promise<void> {
    const { agent, drainer, stranger, clone, cloneDrainer, collector, broker } = this;
    for (const program of [agent, drainer, stranger, clone, cloneDrainer, collector, broker])
      await program?.end('SIGKILL');
    await this.link.close();
    for (const path of this.mounted) execFileSync('/bin/umount', ['-l', path]);
  }

  get ledger(): string {
    return join(this.options.folder, 'ledger');
  }

  private get cloneLedger(): string {
    return join(this.options.folder, 'clone.ledger');
  }

  get address(): { readonly http: string; readonly mqttPort: number } {
    return { http: this.http, mqttPort: this.brokerPort };
  }

  /** All samples of one column, in order of time. */
  private async column(n: string): Promise<Stored[]> {
    const series = await this.query(`test_tick{n="${n}"}[1d]`);
    return series.flatMap(({ values }) =>
      values.map(([seconds, value]) => ({ at: seconds * 1_000, value: Number(value) })),
    );
  }

  /** What a query finds now. */
  async query(query: string): Promise<readonly Series[]> {
    const search = new URLSearchParams({ query }).toString();
    const response = await fetch(`${this.http}/api/v1/query?${search}`);
    return ((await response.json()) as { data: { result: Series[] } }).data.result;
  }

  /** One of the collector's own counters; it begins at 0 with each start. */
  async counter(name: string): Promise<number> {
    const text = await (await fetch(`${this.http}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  }

  private async view(): Promise<DeviceView | undefined> {
    const response = await fetch(`${this.http}/api/muster/v1/devices/${DEVICE}`);
    return response.ok ? ((await response.json()) as DeviceView) : undefined;
  }

  private async gaps(): Promise<readonly ReportedGap[]> {
    return (await this.view())?.gaps ?? [];
  }
}
