/**
 * One simulated device: samples, numbers, keeps until the collector says durable, sends again.
 * It does what the agent does on the wire; what is behind the wire is arithmetic.
 */
import { randomBytes } from 'node:crypto';
import { decodeAck } from '../../../protocol/messages/ack.ts';
import { encodeState } from '../../../protocol/messages/state.ts';
import { buildTopic, deviceFilters, type Kind } from '../../../protocol/topics.ts';
import type { BatchIdentity, BatchRecord } from './batch-writer.ts';
import { mostBytes, writeBatch } from './batch-writer.ts';
import { FleetConnection, type Hello } from './connection.ts';
import type { Histogram } from './histogram.ts';
import type { Template } from './series.ts';
import type { Counts, WorkerSettings } from './settings.ts';

export interface Yard {
  readonly settings: WorkerSettings;
  readonly counts: Counts;
  readonly ackLatency: Histogram;
  online: number;
  held: number;
  lastOnlineAt: number;
  /** Whether devices at the maximal rate make records of their own accord. */
  running: boolean;
}

interface Held extends BatchRecord {
  /** When it was sampled, and sent last (0: waits), by `performance.now()`. */
  readonly sampledAt: number;
  sentAt: number;
  tries: number;
}

/** Without an ack for so long a message is sent again; history waits in a line, as agents know. */
const RESEND_MS = 10_000;
const RESEND_HISTORY_MS = 30_000;
const BACKOFF = { minMs: 1_000, maxMs: 30_000 };
const SYNCED = 1;
/** At the maximal rate, instants run faster than time: they begin so long ago. */
const PAST_MS = 20 * 3_600_000;
const FIRST_ALIVE_MS = 60_000;

export class Device {
  readonly id: string;
  readonly index: number;
  /** Added to the clock: what a device thinks the time is. */
  clockErrorMs = 0;
  clock = SYNCED;
  private readonly yard: Yard;
  private readonly template: Template;
  private readonly marked: boolean;
  private readonly points: number;
  private readonly topics: { readonly m: Buffer; readonly h: Buffer };
  private readonly hello: Omit<Hello, 'will' | 'state'>;
  private readonly machine = randomBytes(8).toString('hex');
  private epoch = randomBytes(8);
  private boot = randomBytes(8);
  private bootedAt = performance.now() - FIRST_ALIVE_MS;
  private session = '';
  private identity: BatchIdentity;
  private connection: FleetConnection | undefined;
  private ready = false;
  private attempt = 0;
  private next = 1;
  private held: Held[] = [];
  private flying = 0;
  private cursor: number;
  private virtual: number;
  /** Where the backlog ends, if it is one. */
  private readonly until: number;
  private lastMarker = 0;
  private retry: NodeJS.Timeout | undefined;

  constructor(yard: Yard, index: number, template: Template, marked: boolean) {
    const { settings } = yard;
    this.yard = yard;
    this.index = index;
    this.template = template;
    this.marked = marked;
    this.points = settings.series * settings.rows + (marked ? 1 : 0);
    this.id = `fleet-${String(index).padStart(5, '0')}`;
    const site = `site-${index % 20}`;
    const topic = (kind: Kind) => buildTopic({ site, device: this.id, kind });
    this.topics = { m: withLength(topic('m')), h: withLength(topic('h')) };
    this.hello = {
      port: settings.mqttPort,
      device: this.id,
      topics: { state: topic('state'), schema: topic('schema'), ack: topic('ack') },
      filters: deviceFilters(site, this.id),
      schema: this.dictionary.payload,
    };
    this.identity = this.identify();
    this.cursor = (index * 7) % template.bodies.length;
    const { backlogHours } = settings;
    const now = Date.now();
    this.virtual = now - (backlogHours === undefined ? PAST_MS : backlogHours * 3_600_000);
    this.until = backlogHours === undefined ? Number.POSITIVE_INFINITY : now;
  }

  get up(): boolean {
    return this.ready;
  }

  connect(): void {
    this.session = randomBytes(8).toString('hex');
    this.connection = new FleetConnection(
      {
        ...this.hello,
        will: encodeState({ online: false, session: this.session }),
        state: () => this.state(),
      },
      {
        ready: () => this.becameReady(),
        ack: (payload) => this.receiveAck(payload),
        closed: (wasReady) => this.closed(wasReady),
      },
    );
  }

  /** A batch comes into being. `delivered`: false when it stays here for now. */
  sample(delivered = true): void {
    const now = performance.now();
    this.held.push(this.record(now));
    this.yard.held++;
    if (this.ready && delivered) this.sendAll([this.held.at(-1) as Held], this.topics.m, now);
  }

  /** Sends what waits, as far as the window allows; at the maximal rate makes more. */
  pump(topic = this.topics.h): void {
    if (!this.ready) return;
    const { window, max } = this.yard.settings;
    const now = performance.now();
    const going: Held[] = [];
    const room = window - this.flying;
    if (this.held.length > this.flying) {
      for (const one of this.held) {
        if (going.length >= room) break;
        if (one.sentAt === 0) going.push(one);
      }
    }
    if (going.length > 0) this.sendAll(going, topic, now);
    if (!max || !this.yard.running) return;
    const fresh: Held[] = [];
    for (let i = going.length; i < room && this.virtual < this.until; i++) {
      const one = this.record(now);
      this.held.push(one);
      fresh.push(one);
    }
    this.yard.held += fresh.length;
    if (fresh.length > 0) this.sendAll(fresh, this.isHistory ? this.topics.h : this.topics.m, now);
  }

  private get isHistory(): boolean {
    return this.until < Number.POSITIVE_INFINITY;
  }

  /** Looks after what got no ack, and at a connection that is silent. */
  tick(now: number): void {
    this.connection?.pingIfQuiet(now);
    const oldest = this.held[0];
    if (oldest === undefined || !this.ready) return;
    const patience = this.isHistory ? RESEND_HISTORY_MS : RESEND_MS;
    if (oldest.sentAt > 0 && now - oldest.sentAt < patience) return;
    for (const one of this.held) if (one.sentAt > 0 && now - one.sentAt > patience) this.land(one);
    this.pump();
  }

  /** The network is away: nothing is sent, everything is kept. */
  goOffline(): void {
    if (this.retry !== undefined) clearTimeout(this.retry);
    this.retry = undefined;
    const { connection, ready } = this;
    this.connection = undefined;
    connection?.cut();
    this.landed(ready);
  }

  /** A new boot; `reinstalled`: with an empty buffer, and so a new epoch. */
  restart(reinstalled: boolean): void {
    this.goOffline();
    this.boot = randomBytes(8);
    this.bootedAt = performance.now();
    if (reinstalled) {
      this.yard.counts.dropped += this.held.length;
      this.yard.held -= this.held.length;
      this.held = [];
      this.epoch = randomBytes(8);
      this.next = 1;
    }
    this.identity = this.identify();
  }

  private get dictionary() {
    return this.marked ? this.template.marked : this.template.plain;
  }

  private identify(): BatchIdentity {
    const { series } = this.yard.settings;
    const { epoch, dictionary } = this;
    return { epoch, schema: dictionary.id, markerAlias: series };
  }

  private state(): Uint8Array {
    return encodeState({
      online: true,
      session: this.session,
      agentVersion: '0.1.0',
      epochs: [{ epoch: this.epoch.toString('hex'), low: this.low(), next: this.next }],
      capabilities: [],
      boot: this.boot.toString('hex'),
      wall: Date.now() + this.clockErrorMs,
      machine: this.machine,
      heartbeatSeconds: 60,
      labels: new Map(),
      facts: new Map([['hostname', this.id]]),
    });
  }

  private low(): number {
    return this.held[0]?.number ?? this.next;
  }

  private record(now: number): Held {
    const { bodies } = this.template;
    const { max, rows, intervalMs } = this.yard.settings;
    const wallNow = Date.now();
    if (this.marked) this.lastMarker = Math.max(wallNow, this.lastMarker + 1);
    const low = this.low();
    const number = this.next++;
    const body = bodies[this.cursor] as Uint8Array;
    this.cursor = (this.cursor + 1) % bodies.length;
    if (max) this.virtual += rows * intervalMs;
    const firstRow = max ? this.virtual : wallNow - (rows - 1) * intervalMs + this.clockErrorMs;
    const mono = Math.max(0, Math.round(now - this.bootedAt));
    const marker = this.marked ? this.lastMarker : 0;
    const { clock, boot } = this;
    const fixed = { number, low, wall: firstRow, mono, clock, boot, body, marker };
    return { ...fixed, sampledAt: now, sentAt: 0, tries: 0 };
  }

  private sendAll(records: readonly Held[], topic: Buffer, now: number): void {
    const { connection, identity } = this;
    if (connection === undefined) return;
    let most = 0;
    for (const { body } of records) most += mostBytes(topic, body.length);
    const packet = Buffer.allocUnsafe(most);
    let end = 0;
    for (const one of records) {
      end = writeBatch(packet, end, topic, connection.nextId(), identity, one);
      one.sentAt = now;
      this.count(one);
    }
    this.flying += records.length;
    this.yard.counts.sentBytes += end;
    connection.send(packet.subarray(0, end));
  }

  private count(one: Held): void {
    const { counts } = this.yard;
    if (one.tries++ > 0) {
      counts.resent++;
      return;
    }
    counts.sent++;
    counts.sentPoints += this.points;
  }

  private becameReady(): void {
    this.ready = true;
    this.attempt = 0;
    this.yard.online++;
    this.yard.counts.connects++;
    this.yard.lastOnlineAt = Date.now();
    this.pump();
  }

  private closed(wasReady: boolean): void {
    this.connection = undefined;
    if (wasReady) this.yard.counts.disconnects++;
    else this.yard.counts.failures++;
    this.landed(wasReady);
    const bound = Math.min(BACKOFF.maxMs, BACKOFF.minMs * 2 ** this.attempt++);
    this.retry = setTimeout(() => this.connect(), BACKOFF.minMs * 0.1 + Math.random() * bound);
  }

  /** What was under way may have been lost: it waits again. */
  private landed(wasReady: boolean): void {
    if (wasReady) this.yard.online--;
    this.ready = false;
    for (const one of this.held) one.sentAt = 0;
    this.flying = 0;
  }

  private land(one: Held): void {
    one.sentAt = 0;
    this.flying--;
  }

  private receiveAck(payload: Uint8Array): void {
    const ack = decodeAck(payload);
    if (!ack.ok) throw new Error(`unreadable ack: ${ack.error.code}`);
    const { epoch, ranges, needSchemas, needKinds } = ack.value;
    this.yard.counts.acks++;
    this.yard.counts.needs += needSchemas.length + needKinds.length;
    if (needKinds.includes('state')) this.connection?.publishRetained('state');
    if (needSchemas.length > 0 || needKinds.includes('schema')) {
      this.connection?.publishRetained('schema');
      // What was refused for want of it would wait for its timeout.
      for (const one of this.held) if (one.sentAt > 0) this.land(one);
    }
    if (epoch !== this.epoch.toString('hex')) return;
    const now = performance.now();
    for (const { first, last } of ranges) this.settle(first, last, now);
    this.pump();
  }

  private settle(first: number, last: number, now: number): void {
    const { held } = this;
    let from = 0;
    while (from < held.length && (held[from] as Held).number < first) from++;
    let to = from;
    for (; to < held.length && (held[to] as Held).number <= last; to++)
      this.acknowledged(held[to] as Held, now);
    if (to > from) held.splice(from, to - from);
  }

  private acknowledged(one: Held, now: number): void {
    const { counts, ackLatency } = this.yard;
    ackLatency.add(now - one.sampledAt);
    counts.acked++;
    counts.ackedPoints += this.points;
    if (one.marker > 0) counts.ackedMarkers++;
    this.yard.held--;
    if (one.sentAt > 0) this.flying--;
  }
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}
