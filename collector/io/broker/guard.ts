/**
 * aedes' hooks: who a client is, what it may do, and how its messages reach the collector.
 *
 * An error from a publish hook would drop the connection, and a client that sends the same message
 * again after each reconnect would never get past it. So a refused message is acknowledged and
 * then led to a topic that nobody can subscribe to.
 */
import type { AedesPublishPacket, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes';
import { KINDS, type Kind, type Topic } from '../../../protocol/topics.ts';
import type { Bus } from '../../ports.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import type { BrokerLimits, BrokerSettings } from './options.ts';
import type { Refusals } from './refusals.ts';
import type { RetainedStore } from './retained.ts';

const NOWHERE = '$muster/refused';
const NOTHING = Buffer.alloc(0);
const MAX_CLIENT_ID_CHARS = 256;
/** Under load, reading goes on again at this share of the bound. */
const RELIEF = 0.75;

type Receive = Parameters<Bus['start']>[0];

interface Handed {
  readonly text: string;
  readonly topic: Topic;
  readonly payload: Buffer;
}

export class Guard implements ConnectionEvents {
  receive: Receive | undefined;
  messages = 0;
  bytes = 0;
  takeovers = 0;
  readonly #set: BrokerSettings;
  readonly #limits: BrokerLimits;
  readonly #retained: RetainedStore;
  readonly #refusals: Refusals;
  readonly #connections: ReadonlySet<Connection>;
  readonly #subscribed: (topic: string) => boolean;
  readonly #byClient = new WeakMap<Client, Connection>();
  readonly #connected = new Map<string, Connection>();
  #partialBytes = 0;
  /** Bytes that `receive` has not answered: its sender alone is not read for history. */
  readonly #pending = { history: 0, others: 0 };
  #somebodyWaits = false;

  constructor(
    set: BrokerSettings,
    retained: RetainedStore,
    refusals: Refusals,
    connections: ReadonlySet<Connection>,
    subscribed: (topic: string) => boolean,
  ) {
    this.#set = set;
    this.#limits = set.limits;
    this.#retained = retained;
    this.#refusals = refusals;
    this.#connections = connections;
    this.#subscribed = subscribed;
  }

  introduce(client: Client, connection: Connection): void {
    this.#byClient.set(client, connection);
  }

  close(): void {
    this.receive = undefined;
  }

  connect(
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, success: boolean) => void,
  ): void {
    const connection = this.#byClient.get(client);
    packet.clean = true;
    if (connection !== undefined && packet.keepalive) {
      connection.keepaliveMs = packet.keepalive * 1500;
    }
    packet.keepalive = 0;
    done(null, connection !== undefined);
  }

  authenticate(
    client: Client,
    username: string | undefined,
    done: (error: null, success: boolean) => void,
  ): void {
    const connection = this.#byClient.get(client);
    const { id } = client;
    const fits = connection !== undefined && id.length <= MAX_CLIENT_ID_CHARS;
    if (!fits) return done(null, false);
    const who = { clientId: id, ...(username === undefined ? {} : { username }) };
    connection.welcome(id, this.#set.access(who));
    if (this.#connected.has(id)) this.takeovers += 1;
    this.#connected.set(id, connection);
    connection.socket.once('close', () => {
      if (this.#connected.get(id) === connection) this.#connected.delete(id);
    });
    done(null, true);
  }

  ready(client: Client): void {
    const connection = this.#byClient.get(client);
    connection?.ready((topic, payload, id) => this.#express(connection, topic, payload, id));
  }

  publish(client: Client | null, packet: PublishPacket, done: () => void): void {
    const connection = client === null ? undefined : this.#byClient.get(client);
    const topic = connection?.published(packet.topic);
    const { receive } = this;
    if (connection === undefined || topic === undefined || receive === undefined) {
      if (receive !== undefined)
        this.#refusals.note('topic', client?.id ?? '', shown(packet.topic));
      swallow(packet);
      return done();
    }
    const payload = packet.payload as Buffer;
    if (packet.retain && !KINDS[topic.kind].retained) packet.retain = false;
    if (packet.retain && !this.#retained.admits(packet.topic, payload.length)) {
      this.#refusals.note('retained', connection.clientId, shown(packet.topic));
      packet.retain = false;
    }
    this.#hand(receive, connection, { text: packet.topic, topic, payload }, done);
  }

  subscribe(client: Client, { topic: filter }: Subscription): boolean {
    const connection = this.#byClient.get(client);
    if (connection?.rights === undefined) return false;
    const { subscriptions, rights } = connection;
    if (!connection.maySubscribe(filter)) {
      this.#refusals.note('subscriptions', connection.clientId);
      return false;
    }
    if (!rights.maySubscribe(filter)) {
      this.#refusals.note('filter', connection.clientId, shown(filter));
      return false;
    }
    subscriptions.add(filter);
    return true;
  }

  unsubscribe(filters: readonly string[], client: Client): void {
    const connection = this.#byClient.get(client);
    connection?.charge(filters.length);
    for (const filter of filters) connection?.subscriptions.delete(filter);
  }

  /** Once for each message and subscriber: the place to notice one that does not read. */
  forward(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    const connection = this.#byClient.get(client);
    if (connection === undefined || connection.socket.destroyed) return null;
    if (connection.socket.writableLength <= this.#limits.queuedBytes) return packet;
    connection.refuse('slow-reader');
    return null;
  }

  failed(client: Client, error: Error): void {
    const connection = this.#byClient.get(client);
    const name = connection?.clientId || connection?.socket.remoteAddress || '';
    this.#set.log?.debug('broker: connection failed', { client: name, error: error.message });
    const reason = FAILURES.get(error.message);
    if (reason !== undefined) this.#refusals.note(reason, name);
  }

  refused(connection: Connection, reason: string): void {
    this.#refusals.note(reason, connection.clientId || (connection.socket.remoteAddress ?? ''));
  }

  partial(delta: number): void {
    this.#partialBytes += delta;
    while (this.#partialBytes > this.#limits.partialBytes) {
      const largest = this.#largestPartial();
      if (largest === undefined) return;
      largest.refuse('partial-bytes');
      largest.closed();
    }
  }

  overloaded(): boolean {
    if (!this.#holds(1)) return false;
    this.#somebodyWaits = true;
    return true;
  }

  /** Only for what nobody else hears and nobody keeps: the rest is aedes' work. */
  #express(connection: Connection, text: string, payload: Buffer, id: number | undefined): boolean {
    const { receive } = this;
    const topic = connection.published(text);
    if (receive === undefined || topic === undefined) return false;
    if (KINDS[topic.kind].retained || this.#subscribed(text)) return false;
    const done = id === undefined ? nothing : () => connection.acknowledge(id);
    this.#hand(receive, connection, { text, topic, payload }, done);
    return true;
  }

  #hand(
    receive: Receive,
    connection: Connection,
    { text, topic, payload }: Handed,
    done: () => void,
  ): void {
    this.messages += 1;
    this.bytes += payload.length;
    const answer = receive({ topic: text, parts: topic, payload, retained: false });
    if (answer === undefined) done();
    else this.#wait(answer, connection, { bytes: payload.length, kind: topic.kind }, done);
  }

  #wait(
    answer: Promise<void>,
    connection: Connection,
    { bytes, kind }: { readonly bytes: number; readonly kind: Kind },
    done: () => void,
  ): void {
    connection.begin(kind);
    const which = kind === 'h' ? 'history' : 'others';
    this.#pending[which] += bytes;
    const finish = () => {
      this.#pending[which] -= bytes;
      connection.end(kind);
      done();
      this.#relieve();
    };
    answer.then(finish, (error: unknown) => {
      this.#set.log?.error('broker: receive failed', { error: String(error) });
      finish();
    });
  }

  #relieve(): void {
    if (!this.#somebodyWaits || this.#holds(RELIEF)) return;
    this.#somebodyWaits = false;
    for (const connection of this.#connections) if (connection.held) connection.release();
  }

  /** Whether so much of either bound is used. */
  #holds(share: number): boolean {
    const { pendingBytes, pendingHistoryBytes } = this.#limits;
    const { history, others } = this.#pending;
    return others >= pendingBytes * share || history >= pendingHistoryBytes * share;
  }

  #largestPartial(): Connection | undefined {
    let largest: Connection | undefined;
    for (const connection of this.#connections) {
      if (connection.partialBytes > (largest?.partialBytes ?? 0)) largest = connection;
    }
    return largest;
  }
}

/** aedes tells these only by their text. */
const FAILURES: ReadonlyMap<string, string> = new Map([
  ['connect did not arrive in time', 'connect-timeout'],
  ['unacceptable protocol version', 'protocol-version'],
  ['drain timeout', 'slow-reader'],
]);

function swallow(packet: PublishPacket): void {
  packet.topic = NOWHERE;
  packet.payload = NOTHING;
  packet.retain = false;
}

function nothing(): void {}

function shown(topic: string): { topic: string } {
  return { topic: topic.slice(0, 128) };
}
