/**
 * Puts the agent together: the only file that constructs. Parts start in the order of the flow
 * (buffer, clock, link, sampling) and stop in the opposite one.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { VERSION } from '../protocol/version.ts';
import { type AgentConfig, samplersSwitchedOn } from './config.ts';
import { SeriesTable } from './core/series.ts';
import { openBuffer } from './io/buffer/level-buffer.ts';
import { clockSynced, createClock } from './io/clock.ts';
import { openHost } from './io/host.ts';
import { machineHash, readBootId } from './io/machine.ts';
import { createMqttTransport } from './io/mqtt-transport.ts';
import type { Cancel, Log, RecordBuffer } from './ports.ts';
import type { Sampler } from './samplers/sampler.ts';
import { giveUp, type IncidentDeps, reportOpening } from './work/incidents.ts';
import { Link, type LinkDeps } from './work/link.ts';
import { type AgentFigures, ownMetrics } from './work/own-metrics.ts';
import { Presence } from './work/presence.ts';
import { Recording } from './work/recording.ts';
import { type PlannedSampler, Sampling, type SamplingDeps } from './work/sampling.ts';
import { Timekeeper } from './work/timekeeper.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const PUBACK_TIMEOUT_MS = 30_000;
const MAX_SENDS = 10;
/** DESIGN section 4: `state` is said again after this much silence. */
const SILENCE_MS = 60_000;
/** How long samplers that read from threads usually take; what comes later waits for the next batch. */
const LATE_SAMPLES_MS = 250;
/** The first inventory waits until the start is over: it runs child processes. */
const FIRST_INVENTORY_MS = 5_000;

export class AgentApp {
  private config: AgentConfig;
  private readonly log: Log;
  private registry: readonly Sampler[];
  private readonly given: readonly Sampler[] | undefined;
  private readonly clock = createClock();
  private readonly boot = readBootId();
  private readonly host = openHost();
  private readonly table = new SeriesTable();
  private readonly startedAt = Date.now();
  private readonly buffer: RecordBuffer;
  private readonly presence: Presence;
  private readonly time: Timekeeper;
  private readonly recording: Recording;
  private readonly link: Link;
  private sampling: Sampling;
  private changing: Promise<void> = Promise.resolve();
  private openingTold = false;
  private batchTimer: Cancel = () => undefined;
  private inventoryTimer: Cancel = () => undefined;

  /** Opens the buffer first: it alone decides whether the agent can run. */
  static async open(config: AgentConfig, log: Log, given?: readonly Sampler[]): Promise<AgentApp> {
    const buffer = await openBuffer({
      path: join(config.data, 'buffer'),
      capBytes: config.buffer.cap,
      bootId: readBootId(),
      syncSeconds: config.buffer.syncInterval / 1000,
      writeDelayMs: config.buffer.writeDelay,
    });
    const registry = given ?? (await samplersSwitchedOn(config.samplers));
    return new AgentApp(config, log, buffer, registry, given);
  }

  private constructor(
    config: AgentConfig,
    log: Log,
    buffer: RecordBuffer,
    registry: readonly Sampler[],
    given: readonly Sampler[] | undefined,
  ) {
    this.config = config;
    this.log = log;
    this.registry = registry;
    this.given = given;
    this.buffer = buffer;
    const { clock, boot, table } = this;
    const synced = config.clock.source === 'trust' ? () => true : clockSynced;
    const settled = () => this.link.sender.rewind();
    this.time = new Timekeeper({ clock, log, buffer, boot, synced, settled });
    this.presence = new Presence({
      clock,
      buffer,
      boot,
      machine: machineHash(),
      heartbeatMs: () => this.heartbeatMs(),
      labels: () => this.config.labels,
    });
    this.recording = new Recording({
      clock,
      log,
      buffer,
      table,
      boot,
      timeline: () => this.time.timeline,
      live: () => this.link.sender.live,
      recorded: (record, live) => this.link.sender.recorded(record, live),
      dictionaryChanged: () => this.announce('schema'),
    });
    this.link = new Link(this.linkDeps());
    this.sampling = this.makeSampling();
  }

  /** Starts everything; resolves when the first samples are in the buffer, or in memory. */
  start(): Promise<void> {
    return this.alone(async () => {
      await this.time.start();
      this.link.start();
      await this.sampling.start();
      await this.closeBatch();
      this.scheduleBatch();
      this.scheduleInventory(FIRST_INVENTORY_MS);
    });
  }

  /** Stops in the order of the flow, so that the last samples are stored and, if possible, sent. */
  stop(): Promise<void> {
    return this.alone(async () => {
      this.inventoryTimer();
      this.batchTimer();
      this.sampling.stop();
      await this.closeBatch();
      await this.link.stop();
      this.time.stop();
      await this.buffer.close();
      this.host.close();
    });
  }

  /** Takes over what can change in a running agent. Samples taken so far go out as they are. */
  reload(config: AgentConfig): Promise<void> {
    return this.alone(async () => {
      const registry = this.given ?? (await samplersSwitchedOn(config.samplers));
      this.batchTimer();
      this.sampling.stop();
      await this.closeBatch();
      this.config = config;
      this.registry = registry;
      this.sampling = this.makeSampling(this.sampling);
      await this.sampling.start();
      this.scheduleBatch();
      this.announce('state');
    });
  }

  /** One change of what runs at a time: two reloads at once would leave two samplings behind. */
  private alone(change: () => Promise<void>): Promise<void> {
    const done = this.changing.then(change);
    this.changing = done.catch(() => undefined);
    return done;
  }

  /** Also tells of the last unclean end, as soon as the buffer takes it. */
  private async closeBatch(): Promise<void> {
    await this.recording.close();
    if (this.openingTold) return;
    this.openingTold = await reportOpening(this.incidents());
  }

  /** What `muster-agent status` shows. */
  status() {
    const { site, device, broker } = this.config;
    const dictionary = this.recording.currentDictionary;
    return {
      version: VERSION,
      site,
      device,
      broker: broker.url,
      startedAt: new Date(this.startedAt).toISOString(),
      clockTrust: this.time.timeline.trust,
      opening: this.buffer.opening,
      buffer: this.buffer.stats(),
      epochs: this.buffer.held(),
      link: this.link.stats(),
      dictionary: dictionary?.id,
      series: dictionary?.definitions.length ?? 0,
    };
  }

  /** One line for systemd's STATUS. */
  statusLine(): string {
    const { connected, stalled } = this.link.stats();
    const { records } = this.buffer.stats();
    const link = connected
      ? stalled
        ? 'connected, collector silent'
        : 'connected'
      : 'not connected';
    return `${link}; ${records} records wait`;
  }

  private linkDeps(): LinkDeps {
    const { clock, log, buffer, config, presence } = this;
    const { site, device, link, broker } = config;
    return {
      clock,
      log,
      buffer,
      site,
      device,
      random: Math.random,
      transport: createMqttTransport({
        ...broker,
        clientId: device,
        keepaliveMs: broker.keepalive,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      }),
      limits: {
        window: link.window,
        ackTimeoutMs: link.ackTimeout,
        maxSends: MAX_SENDS,
        backoff: { minMs: link.backoff.min, maxMs: link.backoff.max },
        pubackTimeoutMs: PUBACK_TIMEOUT_MS,
      },
      heartbeatMs: SILENCE_MS,
      state: (session, online) => presence.state(session, online),
      newSession: () => randomBytes(8).toString('hex'),
      retained: () => {
        const dictionary = this.recording.currentDictionary;
        return new Map(dictionary === undefined ? [] : [['schema', dictionary.bytes]]);
      },
      heardTime: (now) => this.time.hear(now),
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
      recording.deliver(row);
    };
    const detailed = this.config.sampling.profile === 'full';
    return new Sampling({ clock, host, log, table, deliver }, this.plan(), detailed, before);
  }

  private plan(): PlannedSampler[] {
    const planned = this.registry.flatMap((sampler): PlannedSampler[] => {
      const own = this.config.samplers[sampler.name];
      if (own === undefined || !own.enabled) return [];
      const { options, interval: intervalMs, timeout: timeoutMs } = own;
      return [{ sampler, options, intervalMs, timeoutMs }];
    });
    const own = ownMetrics(() => this.figures(), this.config.sampling.profile);
    const intervalMs = (own.intervalSeconds ?? 0) * 1000 || this.config.sampling.interval;
    return [...planned, { sampler: own, options: {}, intervalMs, timeoutMs: own.timeoutMs }];
  }

  /** Just behind a tick of the samplers, so that the late ones among them join their row. */
  private scheduleBatch(after = 0): void {
    const { batch } = this.config.publish;
    const now = this.clock.mono() - LATE_SAMPLES_MS;
    // A timer may fire a little early, which must not make two batches of one.
    const due = (Math.floor(Math.max(after, now) / batch) + 1) * batch;
    this.batchTimer = this.clock.after(due - now, () => {
      this.scheduleBatch(due);
      void this.closeBatch();
    });
  }

  private scheduleInventory(delayMs: number): void {
    this.inventoryTimer = this.clock.after(delayMs, () => {
      this.scheduleInventory(this.config.inventory.interval);
      this.takeInventory().catch((error: unknown) =>
        this.log.warn('inventory failed', { error: String(error) }),
      );
    });
  }

  /** Loaded when it is wanted: with its package it is larger than all else. */
  private async takeInventory(): Promise<void> {
    const { factsOf, readInventory } = await import('./io/inventory.ts');
    this.presence.setFacts(factsOf(await readInventory(this.host)));
    this.announce('state');
  }

  /** A failure means that the link is down; it announces everything when it is up again. */
  private announce(kind: 'state' | 'schema'): void {
    this.link.announce(kind).catch(() => undefined);
  }

  private heartbeatMs(): number {
    return Math.max(SILENCE_MS, this.config.publish.batch);
  }

  private figures(): AgentFigures {
    const { user, system } = process.cpuUsage();
    return {
      startedAt: this.startedAt,
      cpuSeconds: Math.round((user + system) / 1e4) / 100,
      residentBytes: process.memoryUsage.rss(),
      buffer: this.buffer.stats(),
      link: this.link.stats(),
      clockTrust: this.time.timeline.trust,
    };
  }
}
