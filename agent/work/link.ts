/**
 * Keeps the connection to the broker and moves records through it until the collector has them.
 *
 * Live records go out as they are made; the backlog follows when live is through. The buffer is
 * the only queue: whatever happens to a connection, what is unacknowledged is still there.
 */
import { type Ack, decodeAck } from '../../protocol/messages/ack.ts';
import { dictionaryId } from '../../protocol/messages/schema.ts';
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
import { inTime } from './in-time.ts';
import { OwnState } from './own-state.ts';
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
  /** The other retained kinds there are, sent at connect and on demand; made when they are. */
  readonly retained: () => Retained;
  /** The collector's other kinds: `desired`, `cmd`. An empty payload took something back. */
  readonly received: (kind: 'desired' | 'cmd', id: string | undefined, payload: Uint8Array) => void;
  /** The collector told its time (UTC milliseconds). */
  readonly heardTime: (now: number) => void;
  /** The backlog leaves at a slower pace. */
  readonly slow?: () => boolean;
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

export type Retained = ReadonlyMap<Kind, () => Uint8Array>;

interface Outgoing {
  readonly kind: Kind;
  readonly id?: string | undefined;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** How long a connection must last before its end starts the backoff anew. */
const STABLE_MS = 30_000;
/** How long a good-bye may take; the will says the same later. */
const GOOD_BYE_MS = 2_000;

export class Link {
  readonly sender: Sender;
  private readonly deps: LinkDeps;
  private readonly giveUp = new AbortController();
  private connection: Connection | undefined;
  /** Everything that comes before data is said in this connection. */
  private ready = false;
  private session = '';
  private attempt = 0;
  private connects = 0;
  private upSince = 0;
  private lastSentAt = 0;
  private lastError = '';
  private stopped = false;
  private retry: Cancel = noop;
  private heartbeat: Cancel = noop;
  private readonly ownState: OwnState;

  constructor(deps: LinkDeps) {
    this.deps = deps;
    this.ownState = new OwnState(deps.clock, () => void this.announce('state').catch(noop));
    this.sender = new Sender({
      ...deps,
      publish: (kind, id, payload) => this.publish({ kind, id, payload, retain: false }),
    });
  }

  get connected(): boolean {
    return this.ready;
  }

  start(): void {
    void this.connect();
  }

  /** Says good-bye and closes; what is unacknowledged stays in the buffer. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.giveUp.abort();
    this.retry();
    const { connection, ready } = this;
    this.down();
    if (connection === undefined) return;
    if (!ready) return connection.destroy('stopping');
    const payload = this.deps.state(this.session, false);
    const said = connection.publish(this.topic('state'), payload, { qos: 1, retain: true });
    const patience = { ms: GOOD_BYE_MS, what: 'good-bye' };
    const ended = said.then(() => connection.end());
    await inTime(this.deps.clock, connection, patience, ended).catch(noop);
  }

  stats(): LinkStats {
    const { connected, connects, lastError } = this;
    return { connected, connects, lastError, ...this.sender.stats() };
  }

  /** Publishes one of the retained kinds again, when the link is up. */
  async announce(kind: Kind): Promise<void> {
    if (this.connection === undefined) return;
    const payload =
      kind === 'state' ? this.deps.state(this.session, true) : this.deps.retained().get(kind)?.();
    if (payload === undefined) return;
    if (kind === 'state') this.ownState.said();
    await this.publish({ kind, payload, retain: true });
  }

  /** Never rejects. Ends with the link up, or with a later attempt planned. */
  private async connect(): Promise<void> {
    const { transport } = this.deps;
    let current: Connection | undefined;
    try {
      this.session = this.deps.newSession();
      const will = { topic: this.topic('state'), payload: this.deps.state(this.session, false) };
      current = await transport.connect(
        { will, signal: this.giveUp.signal },
        {
          message: (topic, payload) => this.receive(topic, payload),
          closed: (why) => this.closed(current, why),
        },
      );
      if (this.stopped) return current.destroy('stopping');
      this.connection = current;
      await this.setUp(current);
    } catch (error) {
      const reason = describe(error);
      if (this.connection === current) this.lost(reason);
      current?.destroy(reason);
    }
  }

  /** `state` and dictionary go before data. */
  private async setUp(connection: Connection): Promise<void> {
    const { clock, site, device, log, limits, retained } = this.deps;
    this.connects++;
    this.upSince = clock.mono();
    const filters = connection.subscribe(deviceFilters(site, device));
    await inTime(clock, connection, { ms: limits.pubackTimeoutMs, what: 'SUBACK' }, filters);
    await this.announce('state');
    const kinds = retained();
    const schema = kinds.get('schema')?.();
    for (const kind of kinds.keys()) await this.announce(kind);
    if (this.connection !== connection) return;
    log.info('connected', { session: this.session });
    this.lastError = '';
    this.ready = true;
    this.beat();
    this.sender.connected(schema === undefined ? undefined : dictionaryId(schema));
  }

  private closed(connection: Connection | undefined, why: Disconnect): void {
    if (connection !== undefined && connection === this.connection) this.lost(why.reason);
  }

  private lost(reason: string): void {
    const { clock, log, random, limits } = this.deps;
    const wasUp = this.ready;
    if (wasUp && clock.mono() - this.upSince > STABLE_MS) this.attempt = 0;
    this.down();
    if (this.stopped) return;
    const wait = backoffMs(this.attempt++, limits.backoff, random());
    if (reason !== this.lastError)
      log.warn(wasUp ? 'connection lost' : 'cannot connect', { reason, retryMs: wait });
    this.lastError = reason;
    this.retry();
    this.retry = clock.after(wait, () => void this.connect());
  }

  private down(): void {
    this.connection = undefined;
    this.ready = false;
    this.heartbeat();
    this.ownState.forget();
    this.sender.disconnected();
  }

  private async publish({ kind, id, payload, retain }: Outgoing): Promise<void> {
    const { connection } = this;
    if (connection === undefined) throw new Error('not connected');
    const { clock, limits } = this.deps;
    this.lastSentAt = clock.mono();
    const sent = connection.publish(this.topic(kind, id), payload, { qos: 1, retain });
    await inTime(clock, connection, { ms: limits.pubackTimeoutMs, what: 'PUBACK' }, sent);
  }

  private receive(topicText: string, payload: Uint8Array): void {
    const topic = parseTopic(topicText);
    if (topic?.kind === 'ack') this.receiveAck(payload);
    else if (topic?.kind === 'state') this.receiveOwnState(payload);
    else if (topic?.kind === 'desired' || topic?.kind === 'cmd')
      this.deps.received(topic.kind, topic.id, payload);
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

  /** While the link is set up, ours is about to come anyway. */
  private receiveOwnState(payload: Uint8Array): void {
    const session = decodeSession(payload);
    if (this.ready) this.ownState.heard(session.ok && session.value === this.session);
  }

  private beat(): void {
    const { clock, heartbeatMs } = this.deps;
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
