/**
 * Keeps the connection to the broker and moves records through it until the collector has them.
 *
 * Live records go out as they are made; the backlog follows when live is through. The buffer is
 * the only queue: whatever happens to a connection, what is unacknowledged is still there.
 */
import { type Ack, decodeAck } from '../../protocol/messages/ack.ts';
import { decodeSession } from '../../protocol/messages/state.ts';
import { buildTopic, deviceFilters, type Kind, parseTopic } from '../../protocol/topics.ts';
import { type BackoffLimits, backoffMs } from '../core/backoff.ts';
import type { InflightLimits } from '../core/inflight.ts';
import type {
  Cancel,
  Clock,
  Connection,
  Disconnect,
  Log,
  RecordBuffer,
  StoredRecord,
  Transport,
} from '../ports.ts';
import { Sender } from './sender.ts';

export interface LinkDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly buffer: RecordBuffer;
  readonly transport: Transport;
  readonly site: string;
  readonly device: string;
  readonly limits: InflightLimits & {
    readonly backoff: BackoffLimits;
    readonly pubackTimeoutMs: number;
  };
  /** Silence after which `state` is said again. */
  readonly heartbeatMs: number;
  /** The `state` payload for this session; the will when `online` is false. */
  readonly state: (session: string, online: boolean) => Uint8Array;
  readonly newSession: () => string;
  /** The retained payloads of other kinds, sent at connect and on demand. */
  readonly retained: () => ReadonlyMap<Kind, Uint8Array>;
  /** The collector told its time (UTC milliseconds). */
  readonly heardTime: (now: number) => void;
  /** A record that the collector would not take although later ones passed. */
  readonly gaveUp: (record: StoredRecord) => Promise<void>;
}

export interface LinkStats {
  readonly connected: boolean;
  readonly stalled: boolean;
  readonly inFlight: number;
  readonly connects: number;
  readonly sentMessages: number;
  readonly sentBytes: number;
  readonly acknowledged: number;
  readonly resent: number;
  /** Milliseconds from sending to the collector's ack, last seen. */
  readonly lastRoundTripMs: number;
  readonly lastError: string;
}

/** How long a connection must last before its end starts the backoff anew. */
const STABLE_MS = 30_000;
/** A session that is not ours in our own `state` is answered at most this often. */
const STATE_ANSWER_MS = 10_000;

export class Link {
  readonly sender: Sender;
  private readonly deps: LinkDeps;
  private connection: Connection | undefined;
  private session = '';
  private attempt = 0;
  private connects = 0;
  private upSince = 0;
  private lastSentAt = 0;
  private lastStateAt = Number.NEGATIVE_INFINITY;
  private lastError = '';
  private stopped = false;
  private retry: Cancel = noop;
  private heartbeat: Cancel = noop;

  constructor(deps: LinkDeps) {
    this.deps = deps;
    this.sender = new Sender({
      ...deps,
      publish: (kind, id, payload) => this.publish(kind, id, payload),
    });
  }

  get connected(): boolean {
    return this.connection !== undefined;
  }

  start(): void {
    void this.connect();
  }

  /** Says good-bye and closes; what is unacknowledged stays in the buffer. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.retry();
    this.heartbeat();
    this.sender.stop();
    const { connection } = this;
    this.connection = undefined;
    if (connection === undefined) return;
    const payload = this.deps.state(this.session, false);
    await connection.publish(this.topic('state'), payload, { qos: 1, retain: true }).catch(noop);
    await connection.end();
  }

  stats(): LinkStats {
    const { connected, connects, lastError } = this;
    return { connected, connects, lastError, ...this.sender.stats() };
  }

  /** Publishes one of the retained kinds again, when the link is up. */
  async announce(kind: Kind): Promise<void> {
    const payload =
      kind === 'state' ? this.deps.state(this.session, true) : this.deps.retained().get(kind);
    if (payload === undefined || this.connection === undefined) return;
    if (kind === 'state') this.lastStateAt = this.deps.clock.mono();
    this.lastSentAt = this.deps.clock.mono();
    await this.connection.publish(this.topic(kind), payload, { qos: 1, retain: true });
  }

  private async connect(): Promise<void> {
    const { transport, site, device, log } = this.deps;
    this.session = this.deps.newSession();
    const will = { topic: this.topic('state'), payload: this.deps.state(this.session, false) };
    let current: Connection | undefined;
    try {
      const connection = await transport.connect(
        { will },
        {
          message: (topic, payload) => this.receive(topic, payload),
          closed: (why) => this.closed(current, why),
        },
      );
      current = connection;
      if (this.stopped) return connection.destroy('stopping');
      this.connection = connection;
      this.connects++;
      this.upSince = this.deps.clock.mono();
      await connection.subscribe(deviceFilters(site, device));
      await this.announce('state');
      for (const kind of this.deps.retained().keys()) await this.announce(kind);
      log.info('connected', { session: this.session });
      this.lastError = '';
      this.beat();
      this.sender.connected();
    } catch (error) {
      current?.destroy('could not set up');
      if (this.connection === current) this.lost(describe(error));
    }
  }

  private closed(connection: Connection | undefined, why: Disconnect): void {
    if (connection !== undefined && connection === this.connection) this.lost(why.reason);
  }

  private lost(reason: string): void {
    const { clock, log, random, limits } = this.deps;
    const wasUp = this.connection !== undefined;
    if (wasUp && clock.mono() - this.upSince > STABLE_MS) this.attempt = 0;
    this.connection = undefined;
    this.heartbeat();
    this.sender.disconnected();
    if (this.stopped) return;
    const wait = backoffMs(this.attempt++, limits.backoff, random());
    if (reason !== this.lastError)
      log.warn(wasUp ? 'connection lost' : 'cannot connect', { reason, retryMs: wait });
    this.lastError = reason;
    this.retry();
    this.retry = clock.after(wait, () => void this.connect());
  }

  private async publish(kind: Kind, id: string | undefined, payload: Uint8Array): Promise<void> {
    const { connection } = this;
    if (connection === undefined) throw new Error('not connected');
    this.lastSentAt = this.deps.clock.mono();
    let cancel: Cancel = noop;
    const overdue = new Promise<never>((_, reject) => {
      cancel = this.deps.clock.after(this.deps.limits.pubackTimeoutMs, () => {
        connection.destroy('no PUBACK');
        reject(new Error('no PUBACK'));
      });
    });
    try {
      await Promise.race([
        connection.publish(this.topic(kind, id), payload, { qos: 1, retain: false }),
        overdue,
      ]);
    } finally {
      cancel();
    }
  }

  private receive(topicText: string, payload: Uint8Array): void {
    const topic = parseTopic(topicText);
    if (topic?.kind === 'ack') this.receiveAck(payload);
    else if (topic?.kind === 'state') this.receiveOwnState(payload);
  }

  private receiveAck(payload: Uint8Array): void {
    const ack = decodeAck(payload);
    if (!ack.ok)
      return this.deps.log.warn('unreadable ack', { at: ack.error.at, code: ack.error.code });
    this.deps.heardTime(ack.value.now);
    this.sender.acknowledge(ack.value).catch((error: unknown) => {
      this.deps.log.warn('could not settle an ack; the records are sent again', {
        error: String(error),
      });
    });
    this.answerNeeds(ack.value).catch(noop);
  }

  private async answerNeeds({ needSchemas, needKinds }: Ack): Promise<void> {
    for (const kind of needKinds) await this.announce(kind);
    for (const id of needSchemas) await this.sender.sendDictionary(id);
  }

  /** A retained `state` of another session: the broker lost ours, or somebody uses our id. */
  private receiveOwnState(payload: Uint8Array): void {
    if (payload.length > 0) {
      const session = decodeSession(payload);
      if (session.ok && session.value === this.session) return;
    }
    if (this.deps.clock.mono() - this.lastStateAt < STATE_ANSWER_MS) return;
    this.announce('state').catch(noop);
  }

  private beat(): void {
    const { clock, heartbeatMs } = this.deps;
    this.heartbeat();
    const due = this.lastSentAt + heartbeatMs - clock.mono();
    this.heartbeat = clock.after(Math.max(due, 1_000), () => {
      if (clock.mono() - this.lastSentAt >= heartbeatMs) this.announce('state').catch(noop);
      this.beat();
    });
  }

  private topic(kind: Kind, id?: string): string {
    const { site, device } = this.deps;
    return buildTopic(id === undefined ? { site, device, kind } : { site, device, kind, id });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function noop(): void {
  // Nothing to undo, or a failure that the end of the connection reports.
}
