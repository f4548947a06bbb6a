/**
 * Puts the agent together: the only file that constructs. Parts start in the order of the flow
 * (buffer, clock, link, sampling) and stop in the opposite one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeState } from '../protocol/messages/state.ts';
import type { AgentConfig } from './config.ts';
import { SeriesTable } from './core/series.ts';
import { openBuffer } from './io/buffer/level-buffer.ts';
import { clockSynced, createClock, readBootId } from './io/clock.ts';
import { type OpenHost, openHost } from './io/host.ts';
import { createMqttTransport } from './io/mqtt-transport.ts';
import type { Cancel, Clock, Log, RecordBuffer, StoredRecord } from './ports.ts';
import { samplers as registry } from './samplers/index.ts';
import type { Sampler } from './samplers/sampler.ts';
import { Link } from './work/link.ts';
import { type AgentFigures, ownMetrics } from './work/own-metrics.ts';
import { Recording } from './work/recording.ts';
import { type PlannedSampler, Sampling } from './work/sampling.ts';
import { Timekeeper } from './work/timekeeper.ts';

export const AGENT_VERSION = '0.1.0';

const CAPABILITIES = ['samples', 'events'] as const;
const CONNECT_TIMEOUT_MS = 20_000;
const PUBACK_TIMEOUT_MS = 30_000;
const MAX_SENDS = 10;
const MIN_HEARTBEAT_MS = 60_000;

export class AgentApp {
  private config: AgentConfig;
  private readonly log: Log;
  private readonly samplers: readonly Sampler[];
  private readonly clock: Clock = createClock();
  private readonly boot = readBootId();
  private readonly host: OpenHost = openHost();
  private readonly table = new SeriesTable();
  private readonly startedAt = Date.now();
  private facts: ReadonlyMap<string, string> = new Map();
  private readonly buffer: RecordBuffer;
  private readonly time: Timekeeper;
  private readonly recording: Recording;
  private readonly link: Link;
  private sampling: Sampling;
  private batchTimer: Cancel = () => undefined;

  /** Opens the buffer first: it alone decides whether the agent can run. */
  static async open(
    config: AgentConfig,
    log: Log,
    samplers: readonly Sampler[] = registry,
  ): Promise<AgentApp> {
    const buffer = await openBuffer({
      path: join(config.data, 'buffer'),
      capBytes: config.buffer.cap,
      bootId: readBootId(),
      syncSeconds: config.buffer.syncInterval / 1000,
    });
    return new AgentApp(config, log, samplers, buffer);
  }

  private constructor(
    config: AgentConfig,
    log: Log,
    samplers: readonly Sampler[],
    buffer: RecordBuffer,
  ) {
    this.config = config;
    this.samplers = samplers;
    this.log = log;
    this.buffer = buffer;
    const { clock, boot, table } = this;
    this.time = new Timekeeper({
      clock,
      log,
      buffer,
      boot,
      ...this.timeSource(),
      settled: () => this.link.sender.rewind(),
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
      dictionaryChanged: () => void this.link.announce('schema').catch(() => undefined),
    });
    this.link = this.makeLink();
    this.sampling = this.makeSampling();
  }

  /** Starts everything; resolves when the first samples are in the buffer. */
  async start(): Promise<void> {
    await this.time.start();
    this.link.start();
    await this.sampling.start();
    await this.recording.close();
    await this.reportOpening();
    this.scheduleBatch();
  }

  /** Stops in the order of the flow, so that the last samples are stored and, if possible, sent. */
  async stop(): Promise<void> {
    this.sampling.stop();
    this.batchTimer();
    await this.recording.close();
    await this.link.stop();
    await this.buffer.sync();
    await this.buffer.close();
    this.host.close();
  }

  /** Takes over what can change in a running agent. Samples taken so far go out as they are. */
  async reload(config: AgentConfig): Promise<void> {
    this.config = config;
    this.sampling.stop();
    this.batchTimer();
    await this.recording.close();
    this.sampling = this.makeSampling();
    await this.sampling.start();
    this.scheduleBatch();
    await this.link.announce('state');
  }

  /** What `muster-agent status` shows. */
  status() {
    const { site, device, broker } = this.config;
    return {
      version: AGENT_VERSION,
      site,
      device,
      broker: broker.url,
      startedAt: new Date(this.startedAt).toISOString(),
      clockTrust: this.time.timeline.trust,
      opening: this.buffer.opening,
      buffer: this.buffer.stats(),
      epochs: this.buffer.held(),
      link: this.link.stats(),
      dictionary: this.recording.currentDictionary?.id,
      series: this.recording.currentDictionary?.definitions.length ?? 0,
    };
  }

  setFacts(facts: ReadonlyMap<string, string>): void {
    this.facts = facts;
    this.link.announce('state').catch(() => undefined);
  }

  private timeSource() {
    const trusting = this.config.clock.source === 'trust';
    return { synced: trusting ? () => true : clockSynced };
  }

  private makeLink(): Link {
    const { clock, log, buffer } = this;
    const { site, device, link, broker, publish } = this.config;
    const heartbeatMs = Math.max(MIN_HEARTBEAT_MS, publish.batch);
    return new Link({
      clock,
      log,
      buffer,
      site,
      device,
      random: Math.random,
      transport: createMqttTransport({
        url: broker.url,
        clientId: device,
        username: broker.username,
        password: broker.password,
        caFile: broker.caFile,
        certFile: broker.certFile,
        keyFile: broker.keyFile,
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
      heartbeatMs,
      state: (session, online) => this.state(session, online, heartbeatMs),
      newSession: () => randomBytes(8).toString('hex'),
      retained: () => {
        const dictionary = this.recording.currentDictionary;
        return dictionary === undefined
          ? new Map()
          : new Map([['schema', dictionary.bytes] as const]);
      },
      heardTime: (now) => this.time.hear(now),
      gaveUp: (record) => this.giveUp(record),
    });
  }

  private makeSampling(): Sampling {
    const { clock, host, log, table } = this;
    const deliver: ConstructorParameters<typeof Sampling>[0]['deliver'] = (row) => {
      this.time.look();
      this.recording.deliver(row);
    };
    const durations = this.config.sampling.profile === 'full';
    return new Sampling({ clock, host, log, table, deliver }, this.plan(), durations);
  }

  private plan(): PlannedSampler[] {
    const planned = this.samplers.flatMap((sampler): PlannedSampler[] => {
      const own = this.config.samplers[sampler.name];
      if (own === undefined || !own.enabled) return [];
      return [{ sampler, options: own.options, intervalMs: own.interval, timeoutMs: own.timeout }];
    });
    const own = ownMetrics(() => this.figures());
    const intervalMs = (own.intervalSeconds ?? 60) * 1000;
    return [...planned, { sampler: own, options: {}, intervalMs, timeoutMs: own.timeoutMs }];
  }

  private scheduleBatch(): void {
    const { batch } = this.config.publish;
    this.batchTimer = this.clock.after(batch - (this.clock.mono() % batch), () => {
      this.scheduleBatch();
      void this.recording.close();
    });
  }

  private state(session: string, online: boolean, heartbeatMs: number): Uint8Array {
    if (!online) return encodeState({ online, session });
    return encodeState({
      online,
      session,
      agentVersion: AGENT_VERSION,
      epochs: this.buffer.held(),
      capabilities: CAPABILITIES,
      boot: this.boot,
      wall: Math.round(this.clock.wall()),
      machine: machineHash(),
      heartbeatSeconds: Math.round(heartbeatMs / 1000),
      labels: new Map(Object.entries(this.config.labels)),
      facts: this.facts,
    });
  }

  /** Tells the collector what an unclean end may have cost, as a gap with its cause. */
  private async reportOpening(): Promise<void> {
    const { how, lastTo, previousEpoch, detail } = this.buffer.opening;
    if (how === 'new' || how === 'clean') return;
    this.log.warn('the buffer was not closed cleanly', { how, detail });
    const cause = how === 'killed' || how === 'power' ? how : 'damaged';
    const now = Math.round(this.clock.wall());
    const gap = {
      from: Math.min(lastTo ?? now, now),
      to: now,
      cause,
      numbers: [],
      ...(previousEpoch === undefined ? {} : { epoch: previousEpoch }),
    } as const;
    const event = {
      wall: now,
      name: 'agent.unclean-start',
      severity: how === 'killed' || how === 'power' ? ('warning' as const) : ('error' as const),
      text: detail,
      attributes: new Map([['how', how]]),
    };
    await this.recording.event([event], [gap]);
  }

  private async giveUp(record: StoredRecord): Promise<void> {
    const { epoch, number, from, to, samples } = record;
    this.log.warn('the collector does not take a record; it is reported as a gap', {
      epoch,
      number,
    });
    await this.recording.event(
      [],
      [{ from, to, cause: 'refused', numbers: [{ first: number, last: number }], epoch, samples }],
    );
    await this.buffer.acknowledge(epoch, [{ first: number, last: number }]);
  }

  private figures(): AgentFigures {
    const { user, system } = process.cpuUsage();
    const buffer = this.buffer.stats();
    const link = this.link.stats();
    return {
      startedAt: this.startedAt,
      cpuSeconds: Math.round((user + system) / 1e4) / 100,
      residentBytes: process.memoryUsage.rss(),
      bufferBytes: buffer.bytes,
      bufferCapBytes: buffer.capBytes,
      bufferRecords: buffer.records,
      droppedSamples: buffer.droppedSamples,
      thinnedSamples: buffer.thinnedSamples,
      connects: link.connects,
      sentBytes: link.sentBytes,
      acknowledged: link.acknowledged,
      resent: link.resent,
      roundTripMs: link.lastRoundTripMs,
      clockTrust: this.time.timeline.trust,
    };
  }
}

/** First 64 bits of the hashed machine id; the id itself is confidential (machine-id(5)). */
function machineHash(): string {
  let id = '';
  try {
    id = readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    // A machine without one is told apart by its device id alone.
  }
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}
