/**
 * The fleet's wishes over a real broker, a clock of the test's and a catalog that outlives them, with
 * devices that speak MQTT. What ingest does is done here in its simplest form.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { Fleet, type FleetSettings } from '../../../collector/app/fleet.ts';
import { applyState, heard } from '../../../collector/core/device.ts';
import type { FleetHistory, FleetSink } from '../../../collector/ports/fleet.ts';
import type { BusMessage, Catalog } from '../../../collector/ports.ts';
import { Directory } from '../../../collector/work/directory.ts';
import { Feed } from '../../../collector/work/feed.ts';
import { decodeCommand, type RemoteCommand } from '../../../protocol/messages/command.ts';
import {
  type CommandResultBody,
  decodeCommandResult,
  encodeCommandResult,
} from '../../../protocol/messages/command-result.ts';
import { type Desired, decodeDesired } from '../../../protocol/messages/desired.ts';
import {
  decodeReported,
  encodeReported,
  type Reported,
} from '../../../protocol/messages/reported.ts';
import { decodeState, encodeState, type OnlineState } from '../../../protocol/messages/state.ts';
import type { Result } from '../../../protocol/result.ts';
import { buildTopic, parseTopic } from '../../../protocol/topics.ts';
import { TestBroker } from '../broker.ts';
import { FakeClock } from '../fake-clock.ts';
import { Inbox } from '../inbox.ts';
import { GateCatalog } from '../oncall/gate-catalog.ts';
import { silentLog } from '../silent-log.ts';

const noHistory: FleetHistory & FleetSink = {
  accepting: () => true,
  report: () => undefined,
  event: () => undefined,
  flush: () => Promise.resolve(),
  reports: () => Promise.resolve({ entries: [] }),
  events: () => Promise.resolve({ entries: [] }),
  summary: ({ limit }) =>
    Promise.resolve({ since: 0, until: 0, runs: 0, complete: limit > 0, tasks: [], devices: [] }),
};

export class FleetRig implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly directory: Directory;
  readonly broker: TestBroker;
  readonly fleet: Fleet;
  readonly gate: GateCatalog;
  private readonly devices: TestDevice[] = [];

  private constructor(
    broker: TestBroker,
    catalog: Catalog,
    clock: FakeClock,
    directory: Directory,
    settings: Partial<FleetSettings>,
  ) {
    this.broker = broker;
    this.clock = clock;
    this.directory = directory;
    this.gate = new GateCatalog(catalog);
    this.fleet = new Fleet({
      ...{ clock, log: silentLog, bus: broker.bus, feed: this.feed, directory, settings },
      catalog: this.gate,
      isUp: ({ lastSeen }) => lastSeen > 0 && clock.wall() - lastSeen <= 90_000,
      reports: noHistory,
    });
  }

  private readonly feed = new Feed();

  /** A rig over what an earlier one left: its catalog, its clock, its directory. */
  static async start(
    catalog: Catalog,
    {
      clock = new FakeClock(),
      directory = new Directory(),
      settings = {},
    }: { clock?: FakeClock; directory?: Directory; settings?: Partial<FleetSettings> } = {},
  ): Promise<FleetRig> {
    const heardBy: { rig?: FleetRig } = {};
    const broker = await TestBroker.start({}, (message) => heardBy.rig?.receive(message));
    const rig = new FleetRig(broker, catalog, clock, directory, settings);
    heardBy.rig = rig;
    await rig.fleet.restore();
    rig.fleet.start();
    return rig;
  }

  async device(id: string, labels: Readonly<Record<string, string>> = {}): Promise<TestDevice> {
    const client = await connectAsync(this.broker.url, { clientId: id, reconnectPeriod: 0 });
    client.on('error', () => {});
    const device = new TestDevice(client, id, new Map(Object.entries(labels)), this.clock);
    this.devices.push(device);
    await device.begin();
    return device;
  }

  /** As when the process is killed: nothing more is written, connections break, timers are gone. */
  async kill(): Promise<{ clock: FakeClock; directory: Directory }> {
    this.gate.dead = true;
    await Promise.all(this.devices.map((device) => device.end()));
    await this.broker[Symbol.asyncDispose]();
    return { clock: new FakeClock(0, this.clock.wall()), directory: this.directory };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.devices.map((device) => device.end()));
    await this.fleet.stop();
    await this.broker[Symbol.asyncDispose]();
  }

  private receive({ topic, payload }: BusMessage): undefined {
    const parsed = parseTopic(topic);
    if (parsed === undefined) return;
    const { site, device: id, kind } = parsed;
    const now = this.clock.wall();
    const device = this.directory.open(id, site, now);
    if (device === undefined) return;
    heard(device, now);
    if (kind === 'state') applyState(device, value(decodeState(payload)), now);
    if (kind === 'reported') device.reported = value(decodeReported(payload));
    if (kind === 'res') {
      const result = value(decodeCommandResult(payload));
      this.fleet.sink.result?.(id, site, parsed.id ?? '', result, now);
    }
    if (kind !== 'res') this.feed.tell({ kind: 'state', device: id, site, at: now });
  }
}

export interface Told extends RemoteCommand {
  readonly id: string;
}

let sessions = 0;

/** A device that takes what it is told, and answers only when the test says so. */
export class TestDevice {
  readonly desired = new Inbox<Desired>();
  readonly commands = new Inbox<Told>();
  private readonly client: MqttClient;
  private readonly id: string;
  private readonly labels: ReadonlyMap<string, string>;
  private readonly clock: FakeClock;
  private number = 0;
  private readonly session = (++sessions).toString(16).padStart(16, '0');

  constructor(
    client: MqttClient,
    id: string,
    labels: ReadonlyMap<string, string>,
    clock: FakeClock,
  ) {
    this.client = client;
    this.id = id;
    this.labels = labels;
    this.clock = clock;
    client.on('message', (topic, payload) => {
      const parsed = parseTopic(topic);
      if (parsed?.kind === 'desired') this.desired.push(value(decodeDesired(payload)));
      if (parsed?.kind !== 'cmd') return;
      this.commands.push({ ...value(decodeCommand(payload)), id: parsed.id ?? '' });
    });
  }

  async begin(): Promise<void> {
    const branch = `muster/v1/berlin/${this.id}`;
    await this.client.subscribeAsync([`${branch}/desired`, `${branch}/cmd/+`], { qos: 1 });
    await this.state();
  }

  async state(labels = this.labels): Promise<void> {
    const state: OnlineState = {
      ...{ online: true, session: this.session, agentVersion: '0.1.0', capabilities: [] },
      epochs: [{ epoch: '0102030405060708', low: 1, next: 1 }],
      ...{ boot: 'aabbccddeeff0011', machine: '1100ffeeddccbbaa', heartbeatSeconds: 60 },
      wall: this.clock.wall(),
      labels,
      facts: new Map(),
    };
    await this.publish('state', encodeState(state), true);
  }

  async answer(command: string, result: Partial<CommandResultBody>): Promise<void> {
    const number = ++this.number;
    const header = {
      ...{ epoch: '0102030405060708', number, low: number, boot: 'aabbccddeeff0011' },
      ...{ wall: this.clock.wall(), mono: 0, clock: 1 as const },
    };
    const body: CommandResultBody = {
      ...{ state: 'succeeded', part: 0, text: '', output: '', attributes: new Map() },
      ...result,
    };
    await this.publish('res', encodeCommandResult({ header, ...body }), false, command);
  }

  async report(reported: Partial<Reported>): Promise<void> {
    await this.publish('reported', encodeReported({ ...NOTHING, ...reported }), true);
  }

  async end(): Promise<void> {
    await this.client.endAsync(true);
  }

  private async publish(
    kind: 'state' | 'reported' | 'res',
    payload: Uint8Array,
    retain: boolean,
    id?: string,
  ): Promise<void> {
    const topic = buildTopic({ site: 'berlin', device: this.id, kind, ...(id && { id }) });
    await this.client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain });
  }
}

const NOTHING: Reported = {
  ...{ wall: 0, version: 0, seen: 0, outcome: 'none', problems: [], config: '0'.repeat(16) },
  ...{ restartNeeded: [], flags: new Map(), packages: [] },
  declared: { checks: [], tasks: [], commands: [] },
};

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}
