/**
 * A device over MQTT that takes the packages it is told, and says so or says that it failed: what an
 * agent does, without installing anything.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { decodeDesired, type WantedPackage } from '../../../protocol/messages/desired.ts';
import { encodeReport, type ReportState } from '../../../protocol/messages/report.ts';
import { encodeReported } from '../../../protocol/messages/reported.ts';
import { encodeState } from '../../../protocol/messages/state.ts';

export interface MqttDeviceOptions {
  readonly id: string;
  /** As Node names it. */
  readonly arch?: string;
  readonly packages: readonly WantedPackage[];
  /** Versions that do not work here. */
  readonly bad?: ReadonlySet<string>;
  /** Why it does not begin what is wanted, until `begin`. */
  readonly holds?: string;
  /** Highest version of the director's metadata that it believes. */
  readonly directed?: number;
}

const SITE = 'berlin';

export class MqttDevice {
  readonly id: string;
  /** Every set of packages that was wanted, each change once: `app@2.0.0`. */
  readonly told: string[] = [];
  /** Every attempt at a version. */
  readonly attempts: string[] = [];
  packages: readonly WantedPackage[];
  private readonly options: MqttDeviceOptions;
  private client: MqttClient | undefined;
  private readonly epoch: string;
  private number = 0;
  private seen = 0;
  private runs = 0;
  private readonly reports: (readonly [run: string, report: Uint8Array])[] = [];
  private starts = 0;
  private held: readonly WantedPackage[] | undefined;
  private holds: string | undefined;

  constructor(options: MqttDeviceOptions) {
    this.options = options;
    this.id = options.id;
    this.packages = options.packages;
    this.holds = options.holds;
    this.epoch = Buffer.from(options.id.padEnd(8, '-').slice(-8)).toString('hex');
  }

  /** At a collector: again after it was started anew. */
  async connect(url: string): Promise<void> {
    await this.leave();
    const { id } = this;
    const client = await connectAsync(url, { clientId: id, reconnectPeriod: 0 });
    this.client = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => {
      if (topic.endsWith('/desired')) this.wanted(payload);
    });
    await client.subscribeAsync(`muster/v1/${SITE}/${id}/desired`, { qos: 1 });
    this.starts += 1;
    const session = this.starts.toString(16).padStart(16, '0');
    await this.publish(
      'state',
      encodeState({
        ...{ online: true, session, agentVersion: '0.1.0', capabilities: [], wall: Date.now() },
        epochs: [{ epoch: this.epoch, low: 1, next: this.number + 1 }],
        ...{ boot: 'aabbccddeeff0011', machine: '1100ffeeddccbbaa', heartbeatSeconds: 3_600 },
        ...{ labels: new Map(), facts: new Map([['arch', this.options.arch ?? 'arm64']]) },
      }),
      true,
    );
    // What a collector had acknowledged it takes as one.
    for (const [run, report] of this.reports) await this.publish(`report/${run}`, report, false);
    await this.report();
  }

  async leave(): Promise<void> {
    await this.client?.endAsync(true);
    this.client = undefined;
  }

  private wanted(payload: Uint8Array): void {
    const desired = decodeDesired(payload);
    if (!desired.ok) throw new Error(JSON.stringify(desired.error));
    const { packages, version } = desired.value;
    const text = packages.map((one) => `${one.name}@${one.version}`).join(' ');
    if (this.told.at(-1) !== text) this.told.push(text);
    // A broker or a collector that was started anew says it again.
    if (version <= this.seen) return;
    this.seen = version;
    void this.install(packages).catch(() => undefined);
  }

  /** Begins what it held back: first it says so. */
  async begin(): Promise<void> {
    this.holds = undefined;
    for (const { name } of this.held ?? []) await this.tell(name, 'running', 'fetching');
  }

  /** Ends what it has begun. */
  async end(): Promise<void> {
    if (this.held !== undefined) await this.install(this.held);
    this.held = undefined;
  }

  private async install(packages: readonly WantedPackage[]): Promise<void> {
    if (this.holds !== undefined) {
      this.held = packages;
      for (const { name } of packages) await this.tell(name, 'skipped', this.holds);
      return;
    }
    const has = (one: WantedPackage) =>
      this.packages.some(({ name, version }) => name === one.name && version === one.version);
    for (const one of packages.filter((each) => !has(each))) {
      this.attempts.push(one.version);
      const fails = this.options.bad?.has(one.version) === true;
      if (!fails) {
        this.packages = [...this.packages.filter(({ name }) => name !== one.name), one];
      }
      if (fails) await this.tell(one.name, 'failed', 'probe-failed: it does not answer');
      else await this.tell(one.name, 'succeeded', 'committed');
    }
    await this.report();
  }

  private async tell(name: string, state: ReportState, text: string): Promise<void> {
    const number = ++this.number;
    const now = Date.now();
    const report = encodeReport({
      header: {
        ...{ epoch: this.epoch, number, low: 1, boot: 'aabbccddeeff0011' },
        ...{ wall: now, mono: number, clock: 1 },
      },
      ...{ subject: 'install', name, kind: 'archive', trigger: 'desired', attempt: 1 },
      ...{ state, startedAt: now, endedAt: state === 'running' ? 0 : now, text, output: '' },
      ...{ changes: [], figures: new Map() },
    });
    this.runs += 1;
    const run = `${this.epoch.slice(-8)}${this.runs.toString(16).padStart(8, '0')}`;
    this.reports.push([run, report]);
    await this.publish(`report/${run}`, report, false);
  }

  private async report(): Promise<void> {
    const { seen } = this;
    const { directed } = this.options;
    const reported = encodeReported({
      ...{ wall: Date.now(), version: seen, seen, outcome: 'applied', problems: [] },
      ...{ config: '0'.repeat(16), restartNeeded: [], flags: new Map() },
      packages: this.packages.map((one) => ({ ...one, slot: '' })),
      ...(directed !== undefined && { directed }),
      declared: { checks: [], tasks: [], commands: [] },
    });
    await this.publish('reported', reported, true);
  }

  private async publish(kind: string, payload: Uint8Array, retain: boolean): Promise<void> {
    const topic = `muster/v1/${SITE}/${this.id}/${kind}`;
    await this.client?.publishAsync(topic, Buffer.from(payload), { qos: 1, retain });
  }
}
