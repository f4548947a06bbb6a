/**
 * One client's socket, read no faster than its limits allow.
 *
 * aedes pulls bytes with `socket.read()`; that call is replaced on the instance by one that looks
 * at what it hands over and answers "nothing yet" while the client is held. What is not read fills
 * the kernel's buffers and then slows the sender down: nobody is disconnected for being fast, and
 * no stream stands between that would cost memory on every idle connection.
 */
import type { Socket } from 'node:net';
import type { Kind, Topic } from '../../../protocol/topics.ts';
import type { Rights } from '../../core/access.ts';
import { PacketMeter } from '../../core/packet-meter.ts';
import { TokenBucket } from '../../core/token-bucket.ts';
import type { Cancel, Clock } from '../../ports.ts';
import { LastTopic, type Take, takePublishes } from './express.ts';
import type { BrokerLimits } from './options.ts';

const BURST_SECONDS = 2;
/** Each SUBSCRIBE looks through what is retained and may be answered with all of it. */
const SUBSCRIBES_PER_SECOND = 10;

export interface ConnectionEvents {
  refused(connection: Connection, reason: string): void;
  /** More of an incomplete packet is in memory, or less. */
  partial(delta: number): void;
  /** Whether all clients together have too much under way. */
  overloaded(): boolean;
}

export class Connection {
  readonly socket: Socket;
  clientId = '';
  rights: Rights | undefined;
  readonly subscriptions = new Set<string>();
  /** After this long without a packet the client is gone; from CONNECT. */
  keepaliveMs: number;
  lastPacketAt: number;
  /** When the packet that is under way began. */
  partialSince: number | undefined;
  readonly #limits: BrokerLimits;
  readonly #clock: Clock;
  readonly #events: ConnectionEvents;
  readonly #meter: PacketMeter;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #subscribes: TokenBucket;
  #partial = 0;
  #pending = 0;
  /** Of these, history: where it has to wait, its sender is not read, and nobody else waits for it. */
  #pendingHistory = 0;
  #held = false;
  #cancel: Cancel | undefined;
  #express: Take | undefined;
  #acks: number[] = [];
  readonly #topics = new LastTopic();
  #topicText = '';
  #topic: Topic | undefined;

  constructor(socket: Socket, limits: BrokerLimits, clock: Clock, events: ConnectionEvents) {
    const now = clock.mono();
    this.socket = socket;
    this.keepaliveMs = limits.keepaliveMs;
    this.lastPacketAt = now;
    this.#limits = limits;
    this.#clock = clock;
    this.#events = events;
    this.#meter = new PacketMeter(limits.connectBytes);
    this.#messages = new TokenBucket(limits.messagesPerSecond, BURST_SECONDS, now);
    this.#bytes = new TokenBucket(limits.bytesPerSecond, BURST_SECONDS, now);
    const subscribeSeconds = limits.subscriptions / SUBSCRIBES_PER_SECOND;
    this.#subscribes = new TokenBucket(SUBSCRIBES_PER_SECOND, subscribeSeconds, now);
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => this.#read(read, size);
  }

  get held(): boolean {
    return this.#held;
  }

  /** Something that it sent is here, and it is we who have not read it. */
  get waits(): boolean {
    return this.#held || this.socket.readableLength > 0;
  }

  get partialBytes(): number {
    return this.#partial;
  }

  /** CONNECT was accepted: whole messages may come. */
  welcome(clientId: string, rights: Rights): void {
    this.clientId = clientId;
    this.rights = rights;
    this.#meter.limit = this.#limits.packetBytes;
  }

  /** CONNACK is out: from here on publishes may go the short way. */
  ready(express: Take): void {
    this.#express = express;
  }

  /** The topic's parts if the client may publish there; most publish on one topic over and over. */
  published(text: string): Topic | undefined {
    if (text !== this.#topicText) {
      this.#topic = this.rights?.mayPublish(text);
      this.#topicText = text;
    }
    return this.#topic;
  }

  /** PUBACK, written together with all others of this turn. */
  acknowledge(messageId: number): void {
    this.#acks.push(messageId);
    if (this.#acks.length === 1) process.nextTick(() => this.#writeAcks());
  }

  /** Filters cost as messages do: one packet carries thousands of them. */
  charge(filters: number): void {
    if (!this.#held) this.#pace(filters, 0, this.#clock.mono());
    else this.#messages.take(filters, this.#clock.mono());
  }

  /** Whether one more filter is within the limits. */
  maySubscribe(filter: string): boolean {
    this.charge(1);
    const { size } = this.subscriptions;
    if (!this.subscriptions.has(filter) && size >= this.#limits.subscriptions) return false;
    return this.#subscribes.tryTake(1, this.#clock.mono());
  }

  /** `receive` has one more message, or one less, of this client. */
  begin(kind: Kind): void {
    this.#pending += 1;
    if (kind === 'h') this.#pendingHistory += 1;
  }

  end(kind: Kind): void {
    this.#pending -= 1;
    if (kind === 'h') this.#pendingHistory -= 1;
    if (this.#held && this.#cancel === undefined) this.release();
  }

  /** Lets it be read again, if its own bounds allow; never inside aedes' parser. */
  release(): void {
    if (this.#cancel !== undefined || this.#full()) return;
    const immediate = setImmediate(() => {
      this.#cancel = undefined;
      this.#held = false;
      this.lastPacketAt = this.#clock.mono();
      if (this.partialSince !== undefined) this.partialSince = this.lastPacketAt;
      if (!this.socket.destroyed) this.socket.emit('readable');
    });
    this.#cancel = () => clearImmediate(immediate);
  }

  closed(): void {
    this.#cancel?.();
    this.#setPartial(0);
  }

  refuse(reason: string): void {
    this.#events.refused(this, reason);
    this.socket.destroy();
  }

  #full(): boolean {
    const { pendingMessages } = this.#limits;
    if (this.#pendingHistory > 0 || this.#pending >= pendingMessages) return true;
    return this.#events.overloaded();
  }

  #read(read: (size?: number) => unknown, size: number | undefined): unknown {
    if (size === 0) return read(0);
    if (this.#held) return null;
    if (this.#full()) {
      this.#held = true;
      return null;
    }
    const bytes = read(size) as Buffer | null;
    if (bytes === null) return null;
    const inPacket = this.#meter.partial > 0;
    if (!this.#allows(bytes)) return null;
    // What goes on inside a packet that aedes has begun is aedes' too.
    if (this.#express === undefined || inPacket) return bytes;
    const at = takePublishes(bytes, this.#topics, this.#express);
    return at === bytes.length ? null : bytes.subarray(at);
  }

  #writeAcks(): void {
    const ids = this.#acks;
    this.#acks = [];
    if (this.socket.destroyed || !this.socket.writable) return;
    const bytes = Buffer.allocUnsafe(ids.length * 4);
    for (const [index, id] of ids.entries()) bytes.writeUInt32BE(0x40020000 + id, index * 4);
    this.socket.write(bytes);
    if (this.socket.writableLength > this.#limits.queuedBytes) this.refuse('slow-reader');
  }

  #allows(bytes: Buffer): boolean {
    const before = this.#meter.completed;
    const verdict = this.#meter.feed(bytes);
    if (verdict !== 'ok') {
      this.refuse(verdict === 'too-large' ? 'packet-size' : 'malformed');
      return false;
    }
    const now = this.#clock.mono();
    const packets = this.#meter.completed - before;
    if (packets > 0) this.lastPacketAt = now;
    this.#setPartial(this.#meter.partial);
    if (this.#partial === 0) this.partialSince = undefined;
    else if (packets > 0 || this.partialSince === undefined) this.partialSince = now;
    this.#pace(packets, bytes.length, now);
    return true;
  }

  #pace(packets: number, bytes: number, now: number): void {
    const wait = Math.max(this.#messages.take(packets, now), this.#bytes.take(bytes, now));
    if (wait === 0) return;
    this.#held = true;
    this.#events.refused(this, 'rate');
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.release();
    });
  }

  #setPartial(bytes: number): void {
    if (bytes === this.#partial) return;
    this.#events.partial(bytes - this.#partial);
    this.#partial = bytes;
  }
}
