/**
 * From a message on the bus to durable, stored and acknowledged.
 *
 * A numbered message is looked at (repeat? readable? dictionary known?), journalled with its
 * neighbours in one synced write, applied to the store, and only then acknowledged. What is not
 * acknowledged stays in the device's buffer, so every "no" here loses nothing.
 */
import { KINDS, parseTopic } from '../../protocol/topics.ts';
import { heard, raise } from '../core/device.ts';
import type { BusMessage, JournalEntry } from '../ports.ts';
import type { DeferReason } from './counts.ts';
import { handleBatch, replayBatch } from './ingest-batch.ts';
import type { Arrival, IngestDeps, IngestDesk } from './ingest-desk.ts';
import { handleEvent, replayEvent } from './ingest-event.ts';
import { handleSchema, handleState, replaySchema, replayState } from './ingest-retained.ts';

/** Payload bytes between receipt and the disk; above it, publishers wait for their PUBACK. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

export class Ingest implements IngestDesk {
  readonly deps: IngestDeps;
  private pendingBytes = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(deps: IngestDeps) {
    this.deps = deps;
  }

  /** Never rejects. A promise means: wait with the PUBACK, too much is on its way to the disk. */
  receive(message: BusMessage): Promise<void> | undefined {
    this.deps.counts.messages++;
    this.deps.counts.bytes += message.payload.length;
    const arrival = this.arrival(message);
    if (arrival === undefined) this.deps.counts.ignored++;
    else this.handle(arrival);
    return this.pendingBytes < MAX_PENDING_BYTES ? undefined : this.relief();
  }

  /** An entry of the journal after a restart: applied again, acknowledged to nobody. */
  replay(entry: JournalEntry & { readonly seq: number }): void {
    const arrival = this.arrival({ ...entry, retained: false }, entry.receivedAt);
    if (arrival === undefined) return;
    this.deps.directory.touch(arrival.device);
    if (arrival.kind !== 'state') heard(arrival.device, arrival.now);
    if (arrival.kind === 'state') replayState(arrival);
    else if (arrival.kind === 'schema') replaySchema(this, arrival);
    else if (arrival.kind === 'm' || arrival.kind === 'h') replayBatch(this, arrival, entry.seq);
    else if (arrival.kind === 'event') replayEvent(this, arrival);
  }

  store(arrival: Arrival, apply: (seq: number) => void, abandon: () => void): void {
    const { topic, payload, now } = arrival;
    const size = payload.length;
    this.pendingBytes += size;
    this.deps.journal
      .append({ topic, payload, receivedAt: now })
      .then(apply, (error: unknown) => {
        abandon();
        this.defer(arrival, 'storage');
        this.deps.log.warn('journal refused a message; the device keeps it', {
          device: arrival.device.id,
          error: String(error),
        });
      })
      .catch((error: unknown) =>
        this.deps.log.error('ingest failed', { topic, error: String(error) }),
      )
      .finally(() => this.release(size));
  }

  defer(_arrival: Arrival, reason: DeferReason): void {
    this.deps.counts.deferred[reason]++;
  }

  setAside({ device, topic, payload, now }: Arrival, error: string): void {
    this.deps.counts.quarantined++;
    raise(device, 'undecodable', now, error);
    this.deps.directory.touch(device);
    this.deps.quarantine
      .put({ topic, payload: Uint8Array.from(payload), receivedAt: now, error })
      .catch((problem: unknown) =>
        this.deps.log.warn('quarantine refused a message', { topic, error: String(problem) }),
      );
  }

  private arrival(message: BusMessage, at?: number): Arrival | undefined {
    const topic = parseTopic(message.topic);
    if (topic === undefined || KINDS[topic.kind].from !== 'device') return undefined;
    // An empty retained payload is how MQTT deletes; it says nothing about the device.
    if (message.payload.length === 0) return undefined;
    const now = at ?? Math.round(this.deps.clock.wall());
    const device = this.deps.directory.open(topic.device, topic.site, now);
    if (device === undefined) {
      this.deps.counts.deferred.overload++;
      return undefined;
    }
    const { payload, retained } = message;
    return {
      device,
      site: topic.site,
      kind: topic.kind,
      topic: message.topic,
      payload,
      now,
      retained,
    };
  }

  private handle(arrival: Arrival): void {
    const { device, kind, now, retained } = arrival;
    this.deps.directory.touch(device);
    // A will is the broker's word, not the device's: `state` decides for itself.
    if (!retained && kind !== 'state') heard(device, now);
    if (kind === 'm' || kind === 'h') handleBatch(this, arrival);
    else if (kind === 'state') handleState(this, arrival);
    else if (kind === 'schema') handleSchema(this, arrival);
    else if (kind === 'event') handleEvent(this, arrival);
    else if (KINDS[kind].sequenced) this.defer(arrival, 'unsupported-kind');
    else this.deps.counts.ignored++;
  }

  private relief(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private release(size: number): void {
    this.pendingBytes -= size;
    if (this.pendingBytes >= MAX_PENDING_BYTES) return;
    for (const resume of this.waiting.splice(0)) resume();
  }
}
