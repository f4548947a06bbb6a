/**
 * The flow of telemetry, put together. Parts start in the order of the flow (buffer, clock, link,
 * sampling) and stop in the opposite one.
 */
import { join } from 'node:path';
import type { Kind } from '../../protocol/topics.ts';
import { type AgentConfig, samplersSwitchedOn } from '../config.ts';
import type { Effects } from '../core/adapting/effects.ts';
import { SeriesTable } from '../core/series.ts';
import { openBuffer } from '../io/buffer/level-buffer.ts';
import { clockSynced, createClock } from '../io/clock.ts';
import { openHost } from '../io/host.ts';
import { machineHash, readBootId } from '../io/machine.ts';
import type { Cancel, Log, RecordBuffer } from '../ports.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { giveUp, type IncidentDeps, reportOpening } from '../work/incidents.ts';
import { BufferedJournal } from '../work/journal.ts';
import { Link, type LinkDeps, type Retained } from '../work/link.ts';
import { ownMetrics } from '../work/own-metrics.ts';
import { Presence } from '../work/presence.ts';
import { Recording } from '../work/recording.ts';
import { type PlannedSampler, Sampling, type SamplingDeps } from '../work/sampling.ts';
import { Timekeeper } from '../work/timekeeper.ts';
import { BatchRounds } from './batch-rounds.ts';
import { InventoryRounds } from './inventory.ts';
import { linkSettings } from './link-settings.ts';
import { everySoOften, samplingPlan } from './sampling-plan.ts';
import { figuresOf, lineOf, statusOf, type Told } from './telemetry-words.ts';

/** DESIGN section 4: `state` is said again after this much silence. */
const SILENCE_MS = 60_000;
/** What the rest of the agent adds to the flow. */
export interface TelemetryHooks {
  /** Samplers of parts other than the registry's. */
  readonly samplers: () => readonly PlannedSampler[];
  /** Payloads of retained kinds beside the dictionary. */
  readonly retained: () => Retained;
  readonly received: LinkDeps['received'];
  /** What is done less while the machine is under pressure. */
  readonly effects: () => Effects;
}

export class Telemetry {
  readonly clock = createClock();
  readonly boot = readBootId();
  readonly host = openHost();
  readonly buffer: RecordBuffer;
  readonly journal: BufferedJournal;
  /** Rows of samples taken so far. */
  rows = 0;
  private config: AgentConfig;
  private readonly log: Log;
  private readonly hooks: TelemetryHooks;
  private registry: readonly Sampler[];
  private readonly given: readonly Sampler[] | undefined;
  private readonly table = new SeriesTable();
  private readonly startedAt = Date.now();
  private readonly presence: Presence;
  private readonly time: Timekeeper;
  private readonly recording: Recording;
  private readonly link: Link;
  private readonly inventory: InventoryRounds;
  private readonly batches: BatchRounds;
  private sampling: Sampling;
  private openingTold = false;
  private firstAnswer: () => void = () => undefined;
  private readonly hasAnswered = new Promise<void>((resolve) => {
    this.firstAnswer = resolve;
  });

  /** Opens the buffer first: it alone decides whether the agent can run. */
  static async open(
    config: AgentConfig,
    log: Log,
    hooks: TelemetryHooks,
    given?: readonly Sampler[],
  ): Promise<Telemetry> {
    const { cap: capBytes, syncInterval, writeDelay: writeDelayMs } = config.buffer;
    const path = join(config.data, 'buffer');
    const syncSeconds = syncInterval / 1000;
    const bootId = readBootId();
    const buffer = await openBuffer({ path, capBytes, bootId, syncSeconds, writeDelayMs });
    const registry = given ?? (await samplersSwitchedOn(config.samplers));
    return new Telemetry(config, log, hooks, buffer, registry, given);
  }

  private constructor(
    config: AgentConfig,
    log: Log,
    hooks: TelemetryHooks,
    buffer: RecordBuffer,
    registry: readonly Sampler[],
    given: readonly Sampler[] | undefined,
  ) {
    this.config = config;
    this.log = log;
    this.hooks = hooks;
    this.registry = registry;
    this.given = given;
    this.buffer = buffer;
    const { clock, boot, table } = this;
    const synced = config.clock.source === 'trust' ? () => true : clockSynced;
    const settled = () => this.link.sender.rewind();
    this.time = new Timekeeper({ clock, log, buffer, boot, synced, settled });
    this.presence = new Presence({
      ...{ clock, buffer, boot },
      machine: machineHash(),
      heartbeatMs: () => this.heartbeatMs(),
      labels: () => this.config.labels,
    });
    this.recording = new Recording({
      ...{ clock, log, buffer, table, boot },
      timeline: () => this.time.timeline,
      live: () => this.link.sender.live,
      recorded: (record, live) => this.link.sender.recorded(record, live),
      dictionaryChanged: () => this.announce('schema'),
    });
    this.journal = new BufferedJournal({ clock, log, recording: this.recording });
    this.link = new Link(this.linkDeps());
    this.inventory = new InventoryRounds({
      ...{ clock, log, host: this.host },
      everyMs: () => this.config.inventory.interval,
      found: (facts) => {
        this.presence.setFacts(facts);
        this.announce('state');
      },
    });
    this.batches = new BatchRounds({
      clock,
      batchMs: () => this.config.publish.batch,
      close: () => this.closeBatch(),
    });
    this.sampling = this.makeSampling();
  }

  /** Whether times of day can be believed. */
  get clockTrusted(): boolean {
    return this.time.known;
  }

  get connected(): boolean {
    return this.link.connected;
  }

  /** Starts everything; resolves when the first samples are in the buffer, or in memory. */
  async start(): Promise<void> {
    await this.time.start();
    this.link.start();
    await this.sampling.start();
    await this.closeBatch();
    this.batches.start();
    this.inventory.start();
  }

  /** Resolves when the collector has acknowledged something, or after so long without it. */
  async answered(patienceMs: number): Promise<void> {
    let cancel: Cancel | undefined;
    const patience = new Promise<void>((resolve) => {
      cancel = this.clock.after(patienceMs, resolve);
    });
    await Promise.race([this.hasAnswered, patience]);
    cancel?.();
  }

  /** Stops in the order of the flow, so that the last samples are stored and, if possible, sent. */
  async stop(): Promise<void> {
    this.inventory.stop();
    this.batches.stop();
    this.sampling.stop();
    await this.closeBatch();
    await this.journal.stop();
    await this.link.stop();
    this.time.stop();
    await this.buffer.close();
    this.host.close();
  }

  /** Takes over what can change in a running agent. Samples taken so far go out as they are. */
  async reload(config: AgentConfig): Promise<void> {
    const registry = this.given ?? (await samplersSwitchedOn(config.samplers));
    this.batches.stop();
    this.sampling.stop();
    await this.closeBatch();
    this.config = config;
    this.registry = registry;
    this.sampling = this.makeSampling(this.sampling);
    await this.sampling.start();
    this.batches.start();
    this.announce('state');
  }

  /** A failure means that the link is down; it announces everything when it is up again. */
  announce(kind: Kind): void {
    this.link.announce(kind).catch(() => undefined);
  }

  /** Also tells of the last unclean end, as soon as the buffer takes it. */
  private async closeBatch(): Promise<void> {
    await this.recording.close();
    if (this.openingTold) return;
    this.openingTold = await reportOpening(this.incidents());
  }

  /** What `muster-agent status` shows. */
  status() {
    return statusOf(this.told(), this.config);
  }

  /** One line for systemd's STATUS. */
  statusLine(): string {
    return lineOf(this.told());
  }

  private linkDeps(): LinkDeps {
    const { clock, log, buffer, config, presence } = this;
    return {
      ...{ clock, log, buffer },
      ...linkSettings(config),
      heartbeatMs: SILENCE_MS,
      state: (session, online) => presence.state(session, online),
      retained: () => {
        const { currentDictionary } = this.recording;
        const others = this.hooks.retained();
        if (currentDictionary === undefined) return others;
        return new Map([['schema', () => currentDictionary.bytes], ...others]);
      },
      received: (...message) => this.hooks.received(...message),
      heardTime: (now) => {
        this.firstAnswer();
        this.time.hear(now);
      },
      slow: () => this.hooks.effects().slowBacklog,
      gaveUp: (record) => giveUp(this.incidents(), record),
    };
  }

  private incidents(): IncidentDeps {
    const { log, buffer, recording } = this;
    return { log, buffer, recording };
  }

  private makeSampling(before?: Sampling): Sampling {
    const { clock, host, log, table, time, recording } = this;
    const deliver: SamplingDeps['deliver'] = (row) => {
      time.look();
      this.rows++;
      recording.deliver(row);
    };
    const detailed = this.config.sampling.profile === 'full';
    return new Sampling({ clock, host, log, table, deliver }, this.plan(), detailed, before);
  }

  private plan(): PlannedSampler[] {
    const own = ownMetrics(() => figuresOf(this.told()), this.config.sampling.profile);
    const planned = samplingPlan(this.registry, this.config, this.hooks.effects());
    return [...planned, everySoOften(own, this.config), ...this.hooks.samplers()];
  }

  private heartbeatMs(): number {
    return Math.max(SILENCE_MS, this.config.publish.batch);
  }

  private told(): Told {
    const { startedAt, buffer, link, time, recording } = this;
    return { startedAt, buffer, link, time, recording };
  }
}
