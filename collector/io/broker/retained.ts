/**
 * What the broker keeps, in place of aedes' persistence: retained messages, within bounds.
 *
 * Sessions are never kept (every CONNECT is made a clean one): an absent client's queue would grow
 * in memory without end, and Muster acknowledges end to end anyway. aedes' own store also looks
 * through all retained messages for each subscription, which 10,000 devices that come back at once
 * would turn into minutes.
 */
import { Readable } from 'node:stream';
import { TopicTree } from '../../core/topic-tree.ts';
import type { BrokerLimits } from './options.ts';

interface Packet {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
}

interface Kept extends Packet {
  readonly cmd: 'publish';
  readonly retain: true;
}

interface WithId {
  readonly id: string;
}
interface WithMessageId {
  readonly messageId: number;
}

/** A message costs its bytes and about this in objects. */
const OBJECT_BYTES = 400;

export class RetainedStore {
  readonly #limits: BrokerLimits;
  readonly #kept = new TopicTree<Kept>();
  readonly #perDevice = new Map<string, number>();
  /** Ids of QoS 2 messages between PUBLISH and PUBREL; no device of ours sends any. */
  readonly #incoming = new Map<string, Map<number, WithMessageId>>();
  #count = 0;
  #bytes = 0;

  constructor(limits: BrokerLimits) {
    this.#limits = limits;
  }

  /** Whether a device's message may be kept; its replacement and its removal always may. */
  admits(topic: string, payloadBytes: number): boolean {
    if (payloadBytes === 0) return true;
    const before = this.#kept.get(topic);
    const bytes = this.#bytes + cost(topic, payloadBytes) - (before ? costOf(before) : 0);
    if (bytes > this.#limits.retainedBytes) return false;
    if (before !== undefined) return true;
    const ofDevice = this.#perDevice.get(deviceOf(topic)) ?? 0;
    return ofDevice < this.#limits.retainedPerDevice && this.#count < this.#limits.retainedMessages;
  }

  async setup(): Promise<void> {}

  async storeRetained({ topic, payload, qos }: Packet): Promise<void> {
    const before = this.#kept.get(topic);
    if (before !== undefined) this.#drop(before);
    if (payload.length === 0) return;
    // A copy: the payload is a view of everything that came in the same read.
    const kept: Kept = { cmd: 'publish', retain: true, topic, payload: Buffer.from(payload), qos };
    this.#kept.set(topic, kept);
    this.#account(kept, 1);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#matching(filters));
  }

  *#matching(filters: readonly string[]): Generator<Kept, void> {
    for (const filter of filters) yield* this.#kept.match(filter);
  }

  #drop(kept: Kept): void {
    this.#kept.delete(kept.topic);
    this.#account(kept, -1);
  }

  #account(kept: Kept, sign: 1 | -1): void {
    const device = deviceOf(kept.topic);
    const ofDevice = (this.#perDevice.get(device) ?? 0) + sign;
    if (ofDevice > 0) this.#perDevice.set(device, ofDevice);
    else this.#perDevice.delete(device);
    this.#count += sign;
    this.#bytes += sign * costOf(kept);
  }

  // What follows is what aedes asks of a persistence that keeps no sessions.

  async subscriptionsByClient(): Promise<readonly never[]> {
    return [];
  }
  async subscriptionsByTopic(): Promise<readonly never[]> {
    return [];
  }
  async cleanSubscriptions(): Promise<void> {}
  async outgoingEnqueueCombi(): Promise<void> {}
  async outgoingUpdate(): Promise<void> {}
  async outgoingClearMessageId(): Promise<void> {}
  outgoingStream(): Readable {
    return Readable.from([]);
  }
  async putWill(): Promise<void> {}
  async delWill(): Promise<void> {}
  streamWill(): Readable {
    return Readable.from([]);
  }

  async incomingStorePacket({ id }: WithId, { messageId }: WithMessageId): Promise<void> {
    const ofClient = this.#incoming.get(id) ?? new Map<number, WithMessageId>();
    ofClient.set(messageId, { messageId });
    this.#incoming.set(id, ofClient);
  }
  async incomingGetPacket({ id }: WithId, { messageId }: WithMessageId): Promise<WithMessageId> {
    const found = this.#incoming.get(id)?.get(messageId);
    if (found === undefined) throw new Error('no such packet');
    return found;
  }
  async incomingDelPacket({ id }: WithId, { messageId }: WithMessageId): Promise<void> {
    this.#incoming.get(id)?.delete(messageId);
  }
  async cleanIncoming({ id }: WithId): Promise<void> {
    this.#incoming.delete(id);
  }
}

function cost(topic: string, payloadBytes: number): number {
  return topic.length + payloadBytes + OBJECT_BYTES;
}

function costOf(kept: Kept): number {
  return cost(kept.topic, kept.payload.length);
}

/** `muster/v1/<site>/<device>/…` */
function deviceOf(topic: string): string {
  return topic.split('/', 4)[3] ?? '';
}
